import type { NetworkConfig } from "./network-config.js";

/** The proxies that the guest reaches the internet through. */
export interface SeedProxy {
  /** An URL such as `http://proxy.example.com:3128`. A user name and password in it are readable by all users of the guest. */
  readonly http?: string;
  readonly https?: string;
  /** Host names, domains and networks that are reached directly, separated by commas. */
  readonly noProxy?: string;
}

/** A folder of this computer that the guest mounts at boot. A missing one doesn't keep the guest from booting. */
export interface SharedFolder {
  /** The name that the hypervisor offers it under. */
  readonly tag: string;
  /** Where it is seen in the guest; made if it isn't there. Absolute. */
  readonly path: string;
  readonly type: "9p" | "virtiofs" | "vboxsf";
  /** Mount options, such as `trans=virtio` and `version=9p2000.L`. `nofail` is added. Default: none. */
  readonly options?: readonly string[];
}

/** What a guest is told at its first boot. */
export interface Seed {
  /** Differs for each machine: cloud-init does its once-only work again when it changes. */
  readonly instanceId: string;
  /** The machine's name; made a valid host name where it isn't one. */
  readonly hostname: string;
  /** The user that docker-machine logs in as. Another name than the image's own default user replaces that one. */
  readonly user: string;
  /** One line of `authorized_keys`. */
  readonly publicKey: string;
  /**
   * The user's own: `#cloud-config` is merged with ours; a script, a MIME archive, or anything else that cloud-init knows travels beside it.
   * Bytes where it may be compressed.
   */
  readonly userData?: string | Uint8Array;
  /** Default: cloud-init asks for an address by DHCP on the first card that has a link. A card's MAC address is the surer way to name it. */
  readonly network?: NetworkConfig;
  readonly proxy?: SeedProxy;
  /** Certificates in PEM form that the guest trusts, besides those of its distribution. */
  readonly caCertificates?: readonly string[];
  readonly mounts?: readonly SharedFolder[];
}
