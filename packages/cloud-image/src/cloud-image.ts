import type { Host } from "@docker-machine/driver-sdk";

/** A processor architecture, in the word of Docker and of the distributions' images. */
export type Architecture = "amd64" | "arm64";

/**
 * What an image's kernel must have drivers for. `virtio`: paravirtual devices are enough (QEMU, KVM).
 * `emulated`: also emulated real ones, such as a SATA disk and an Intel network card (VirtualBox).
 */
export type GuestHardware = "virtio" | "emulated";

/** The form of a disk image's file, in the words of `qemu-img`. `raw` may be sparse. */
export type ImageFormat = "qcow2" | "raw" | "vmdk" | "vdi" | "vpc";

/** A disk image on this computer, checked as far as it can be. */
export interface CloudImage {
  /** It must not be written to: it may be shared by all machines. */
  readonly path: string;
  readonly format: ImageFormat;
  /** As the user wished it: a name of the catalogue, an URL, or a file. For messages. */
  readonly name: string;
  /** `sha256:HEX` or `sha512:HEX` of the file that was downloaded; absent for the user's own file. */
  readonly digest?: string;
  /** The user that its cloud-init makes by default, where that is known: `debian`, `ubuntu`. */
  readonly defaultUser?: string;
}

/** What downloading and caching needs of a driver's host. */
export type ImageHost = Pick<Host, "log" | "signal" | "progress" | "sleep" | "withLock" | "cacheDirectory">;
