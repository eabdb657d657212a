/** What a real host of an instance is to be. */
export interface HostedInstance {
  /** `i-0…`. */
  readonly instanceId: string;
  readonly region: string;
  readonly imageId: string;
  /** `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260901`: tells which user the image has. */
  readonly imageName: string;
  readonly instanceType: string;
  /** One line of OpenSSH's format, if the instance was launched with a key pair. */
  readonly publicKey?: string;
  /** Decoded. */
  readonly userData?: Buffer;
  /** Whether the instance is to have a public address. */
  readonly publicAddress: boolean;
  /** Whether it's resumed from hibernation. */
  readonly hibernated: boolean;
  /** Aborted when the instance is to be terminated. */
  readonly signal: AbortSignal;
}

/** Where a host is reached. */
export interface HostAddresses {
  /** The public address. It may be another one after each start. */
  readonly address: string;
  /** The same after each start. */
  readonly privateAddress: string;
}

/**
 * Runs instances on real hosts. Calls about an instance come one after the other: each begins when the one before has ended.
 *
 * The instance is `pending` until `start` is done, `stopping` until `stop` is, and `shutting-down` until `terminate` is.
 */
export interface HostRunner {
  /** Boots the instance: the first time from its image, then from its disk. If it fails, the instance is terminated with `Server.InternalError`. */
  start(instance: HostedInstance): Promise<HostAddresses>;
  /** Shuts it down; the disk stays. */
  stop(instance: HostedInstance): Promise<void>;
  /** Default: nothing. */
  reboot?(instance: HostedInstance): Promise<void>;
  /** Removes it. Is called once for each instance whose `start` was called, also if that one failed. */
  terminate(instance: HostedInstance): Promise<void>;
}
