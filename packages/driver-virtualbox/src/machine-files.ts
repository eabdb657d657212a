import { join } from "node:path";

/** The files of one machine, all in its own folder. */
export interface MachineFiles {
  /** The disk. Of a boot2docker machine `disk.vmdk`, as the Go program names it. */
  readonly disk: string;
  /** The disk while it is being made. */
  readonly partialDisk: string;
  /** What a boot2docker disk is made of. */
  readonly rawDisk: string;
  /** The disc in the drive: the seed of a cloud image, or the boot2docker ISO. */
  readonly disc: string;
  /** What the guest writes to its serial port. */
  readonly console: string;
  /** Where VirtualBox keeps the virtual machine's settings, logs and saved state. */
  readonly vmFolder: string;
}

/** Where a machine's files are. */
export function machineFiles(directory: string, name: string, isBoot2docker: boolean): MachineFiles {
  const extension = isBoot2docker ? "vmdk" : "vdi";
  return {
    disk: join(directory, `disk.${extension}`),
    partialDisk: join(directory, `disk.partial.${extension}`),
    rawDisk: join(directory, "disk.partial.img"),
    disc: join(directory, isBoot2docker ? "boot2docker.iso" : "seed.iso"),
    console: join(directory, "console.log"),
    vmFolder: join(directory, name),
  };
}
