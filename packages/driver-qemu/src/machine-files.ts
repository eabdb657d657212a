import { join } from "node:path";
import type { ImageFormat } from "@docker-machine/cloud-image";

/** Where a machine's files are: all in its folder, so that it can be moved. */
export interface MachineFiles {
  /** The machine's disk: what differs from its image. */
  readonly disk: string;
  /** What the guest is told at its first boot. It holds no secret but the user's own. */
  readonly seed: string;
  /** What the guest printed since its last start. */
  readonly console: string;
  /** The variables of UEFI. */
  readonly firmwareVariables: string;
  /** The image that the disk stands on: the cache's own file under another name, where links are possible. Relative to the folder, for the disk's header. */
  imageName(format: ImageFormat): string;
  /** An empty disk that the user asked for. */
  extraDisk(index: number): string;
  /** Where the virtiofsd of a shared folder listens. */
  shareSocket(index: number): string;
}

/** The files of the machine in `directory`. */
export function machineFiles(directory: string): MachineFiles {
  return {
    disk: join(directory, "disk.qcow2"),
    seed: join(directory, "seed.iso"),
    console: join(directory, "console.log"),
    firmwareVariables: join(directory, "uefi-variables.fd"),
    imageName: (format) => `image.${format}`,
    extraDisk: (index) => join(directory, `extra${index}.qcow2`),
    shareSocket: (index) => join(directory, `share${index}.sock`),
  };
}
