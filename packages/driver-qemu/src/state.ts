import type { ImageFormat } from "@docker-machine/cloud-image";
import type { Accelerator } from "./accelerator.js";

/** A disk besides the first, as it was found or made. */
export type ExtraDiskState = {
  /** Absolute. Absent for one that was made, which is in the machine's folder. */
  readonly Path?: string;
  /** Told once, and never again by what is in the file, since the guest could write another format's header into it. */
  readonly Format: ImageFormat;
};

/** A folder of this computer that the guest sees. */
export type SharedFolderState = {
  /** Absolute. */
  readonly Directory: string;
  /** The name that QEMU offers it under. */
  readonly Tag: string;
  /** Where it is seen in the guest. */
  readonly GuestPath: string;
  readonly Type: "9p" | "virtiofs";
};

/** What the driver `qemu` saves, in the words of the Go driver docker-machine-driver-qemu where it has them. */
export type QemuState = {
  /** 127.0.0.1 with user networking, else the guest's own. */
  readonly IPAddress?: string;
  readonly SSHUser?: string;
  /** With user networking a port of 127.0.0.1. */
  readonly SSHPort?: number;
  readonly SSHKeyPath?: string;
  /** The port of 127.0.0.1 that leads to Docker; absent where the guest has an address of its own. */
  readonly EnginePort?: number;
  /** The port of 127.0.0.1 on which QEMU is told what to do, where a socket can't be used: on Windows. */
  readonly MonitorPort?: number;
  /** The virtual machine's. It is saved before anything is made: without it, there is nothing. */
  readonly Uuid?: string;
  readonly MacAddress?: string;
  /** What the disk stands on: its name as the user wished it, and the digest of what was downloaded. */
  readonly Image?: string;
  readonly ImageDigest?: string;
  readonly ExtraDisks?: readonly ExtraDiskState[];
  readonly SharedFolders?: readonly SharedFolderState[];
  /** How the guest ran when it was started last. Saved memory belongs to it. */
  readonly Accelerator?: Accelerator;
  /** The versioned machine type that the memory on disk belongs to; absent while none is saved. */
  readonly SavedMachineType?: string;
};
