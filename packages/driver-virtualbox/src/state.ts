/** What the driver `virtualbox` saves: the Go program's fields, and those below that it doesn't know. */
export type VirtualBoxState = {
  readonly IPAddress?: string;
  readonly MachineName?: string;
  readonly SSHUser?: string;
  readonly SSHPort?: number;
  readonly SSHKeyPath?: string;
  readonly StorePath?: string;
  readonly CPU?: number;
  /** MB. */
  readonly Memory?: number;
  /** MB. */
  readonly DiskSize?: number;
  readonly NatNicType?: string;
  readonly Boot2DockerURL?: string;
  readonly Boot2DockerImportVM?: string;
  readonly HostDNSResolver?: boolean;
  readonly HostOnlyCIDR?: string;
  readonly HostOnlyNicType?: string;
  readonly HostOnlyPromiscMode?: string;
  readonly HostOnlyNoDHCP?: boolean;
  readonly UIType?: string;
  readonly NoShare?: boolean;
  readonly DNSProxy?: boolean;
  readonly NoVTXCheck?: boolean;
  readonly ShareFolder?: string;
  /** The virtual machine's UUID, chosen before it is made. A machine that the Go program made has none until it is started: it is known by its name. */
  readonly VMUUID?: string;
  /** The cloud image that the disk was made of, as the user wished it. */
  readonly Image?: string;
};
