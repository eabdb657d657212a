/** What the driver `amazonec2` saves, in the words of the Go driver where it has them. */
export type Ec2State = {
  /** The address that SSH and Docker are reached at: public, private or IPv6, as the options wish. */
  readonly IPAddress?: string;
  readonly SSHUser?: string;
  readonly SSHPort?: number;
  readonly SSHKeyPath?: string;
  readonly PrivateIPAddress?: string;
  /** The UUID that all resources of this machine are tagged with. Ours; saved before anything is made. */
  readonly MachineId?: string;
  readonly Region?: string;
  readonly InstanceId?: string;
  /** When it was launched, in ISO 8601: for a while after that, AWS may not know the instance yet. Saved with `InstanceId`. Ours. */
  readonly LaunchedAt?: string;
  readonly InstanceType?: string;
  readonly AMI?: string;
  readonly VpcId?: string;
  readonly SubnetId?: string;
  /** The letter behind the region's name, as the Go driver has it: `a`. */
  readonly Zone?: string;
  readonly KeyName?: string;
  /** Whether the key pair is the user's own, and stays. */
  readonly ExistingKey?: boolean;
  /** All groups that the instance is in. */
  readonly SecurityGroupIds?: readonly string[];
  readonly SecurityGroupNames?: readonly string[];
  /** Those among them that we made, or found made by us for this store: the last machine in one removes it. Ours. */
  readonly OwnSecurityGroupIds?: readonly string[];
  /** Idempotency token of the launch that is under way or was done last: a repeat with it launches nothing twice. Ours. */
  readonly LaunchToken?: string;
  /** How `LaunchToken` is used: by RunInstances on demand or in the spot market, or by CreateFleet. Saved with it. Ours. */
  readonly LaunchedBy?: "on-demand" | "spot" | "fleet";
  /** Ours. */
  readonly SpotInstanceRequestId?: string;
  /** Ours. */
  readonly FleetId?: string;
  /** Wishes of machines that the Go program made, which have no options of ours. */
  readonly Endpoint?: string;
  readonly DisableSSL?: boolean;
  readonly PrivateIPOnly?: boolean;
  readonly UsePrivateIP?: boolean;
  readonly Ipv6AddressOnly?: boolean;
  /** Keys that the Go program saved. We never write them. */
  readonly AccessKey?: string;
  readonly SecretKey?: string;
  readonly SessionToken?: string;
};
