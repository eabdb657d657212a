import type { Architecture, ImageFormat } from "@docker-machine/cloud-image";
import type { Acceleration } from "./accelerator.js";
import type { Firmware } from "./firmware.js";
import type { PortForward } from "./port-forward.js";

/** A disk of the guest. */
export interface Disk {
  /** An absolute path. */
  readonly path: string;
  readonly format: ImageFormat;
}

/** How the guest is connected, in the words of `-netdev`. */
export type Network =
  | { readonly type: "user"; readonly forwards: readonly PortForward[] }
  | { readonly type: "bridge"; readonly bridge: string }
  | { readonly type: "tap"; readonly device: string }
  | { readonly type: "vmnet-shared" };

/** A folder of this computer that QEMU offers to the guest. */
export type Share = { readonly tag: string } & (
  | { readonly type: "9p"; readonly directory: string }
  /** `socketPath`: where the folder's virtiofsd listens. */
  | { readonly type: "virtiofs"; readonly socketPath: string }
);

/** All that a QEMU command line is made from. */
export interface VirtualMachine {
  readonly name: string;
  readonly platform: NodeJS.Platform;
  readonly architecture: Architecture;
  /** With the processor model that goes with it. */
  readonly acceleration: Acceleration;
  /** The versioned machine type that a saved memory belongs to. Default: the newest. */
  readonly machineType?: string;
  readonly cpuCount: number;
  readonly memoryMb: number;
  /** The disk it boots from: a qcow2. */
  readonly diskPath: string;
  /** The NoCloud seed: a raw image, never written. */
  readonly seedPath: string;
  readonly extraDisks: readonly Disk[];
  /** The file that gets what the guest prints to its first serial port, from this start on. */
  readonly consolePath: string;
  /** UEFI, with the machine's own variables; without it, SeaBIOS. */
  readonly uefi?: { readonly firmware: Firmware; readonly variablesPath: string };
  readonly macAddress: string;
  readonly network: Network;
  readonly shares: readonly Share[];
  /** Whether the virtual processors wait for a word over QMP. */
  readonly startsPaused?: boolean;
}
