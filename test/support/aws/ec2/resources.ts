import type {
  CreateFleetCommandOutput,
  InstanceMetadataOptionsResponse,
  RequestLaunchTemplateData,
  RunInstancesRequest,
  Instance as ShownInstance,
} from "@aws-sdk/client-ec2";
import type { Image } from "./images.ts";
import type { InstanceType } from "./instance-types.ts";
import type { Resource } from "./resource-table.ts";

export interface Zone {
  /** `us-east-1a`. */
  readonly name: string;
  /** `use1-az1`. */
  readonly id: string;
}

export interface Vpc extends Resource {
  readonly cidr: string;
  readonly isDefault: boolean;
}

export interface Subnet extends Resource {
  readonly vpc: Vpc;
  readonly zone: Zone;
  readonly cidr: string;
  /** Of /64, if it has one. */
  readonly ipv6Cidr?: string;
  /** Has no IPv4 addresses at all. */
  readonly ipv6Only: boolean;
  readonly defaultForZone: boolean;
  readonly publicAddresses: boolean;
  /** IPv6 addresses are given to instances that don't ask for any. */
  readonly ipv6OnLaunch: boolean;
  /** How many IPv4 addresses were given out. */
  taken: number;
  takenIpv6: number;
  /** How many IPv4 addresses more can be given out. */
  free: number;
}

export interface KeyPair extends Resource {
  readonly name: string;
  readonly type: "ed25519" | "rsa";
  readonly fingerprint: string;
  /** One line of OpenSSH's format. */
  readonly publicKey: string;
  readonly created: Date;
}

/** What may come in to a group's members, or go out of them. */
export interface SecurityGroupRule extends Resource {
  readonly groupId: string;
  readonly egress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all. */
  readonly protocol: string;
  /** -1 for all. */
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: { readonly cidr: string } | { readonly ipv6Cidr: string } | { readonly groupId: string };
  readonly description?: string;
}

export interface SecurityGroup extends Resource {
  readonly name: string;
  readonly description: string;
  readonly vpc: Vpc;
}

export interface Volume extends Resource {
  readonly zone: Zone;
  /** GiB. */
  readonly size: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly created: Date;
  attachment?: { readonly instanceId: string; readonly device: string; readonly deleteOnTermination: boolean; readonly since: Date };
}

export interface NetworkInterface extends Resource {
  readonly attachmentId: string;
  readonly instanceId: string;
  readonly description: string;
  readonly subnet: Subnet;
  readonly macAddress: string;
  readonly deleteOnTermination: boolean;
  readonly primaryIpv6: boolean;
  readonly ipv6: readonly string[];
  groups: SecurityGroup[];
  /** When it goes for good, once its instance is terminated. Milliseconds. */
  goesAt?: number;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "stopped" | "stopping" | "terminated";

/** A change of state that was begun. */
export interface Transition {
  readonly to: "running" | "stopped" | "terminated";
  /** Not before. Milliseconds. */
  readonly due: number;
  /** Whether the host, if there is a real one, has done its part. */
  ready: boolean;
}

/** Everything about a launch that was checked before it's done. A persistent spot request repeats it. */
export interface LaunchPlan {
  readonly request: RunInstancesRequest;
  readonly image: Image;
  readonly type: InstanceType;
  readonly subnet: Subnet;
  readonly groups: readonly SecurityGroup[];
  readonly keyPair?: KeyPair;
  /** Decoded. */
  readonly userData?: Buffer;
  readonly publicAddress: boolean;
  readonly ipv6Count: number;
  readonly primaryIpv6: boolean;
  readonly volumes: readonly VolumePlan[];
  readonly metadata: InstanceMetadataOptionsResponse;
  readonly hibernation: boolean;
  readonly spot?: SpotPlan;
  readonly tags: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface VolumePlan {
  readonly device: string;
  readonly size: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly deleteOnTermination: boolean;
}

export interface SpotPlan {
  readonly type: "one-time" | "persistent";
  readonly interruption: "hibernate" | "stop" | "terminate";
  readonly maxPrice: string;
  readonly validUntil?: Date;
}

export interface Instance extends Resource {
  readonly plan: LaunchPlan;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken?: string;
  readonly interfaceId: string;
  readonly spotRequestId?: string;
  launched: Date;
  state: InstanceState;
  transition?: Transition;
  /** `User initiated (2026-11-23 11:00:00 GMT)`. */
  transitionReason: string;
  stateReason?: { readonly Code: string; readonly Message: string };
  /** None with a real host, until it has told its own; none with IPv6 only. */
  privateAddress?: string;
  publicAddress?: string;
  hibernated: boolean;
  terminatedAt?: number;
  apiTermination: boolean;
  apiStop: boolean;
  metadata: InstanceMetadataOptionsResponse;
  monitoring: boolean;
  sourceDestCheck: boolean;
  /** What some reads still see after a change. */
  stale?: { readonly shown: ShownInstance; reads: number };
  /** Work of the real host: one after the other. */
  hostWork: Promise<void>;
  /** Aborted when the instance is to be terminated. */
  readonly end: AbortController;
}

export interface SpotRequest extends Resource {
  readonly plan: LaunchPlan & { readonly spot: SpotPlan };
  readonly created: Date;
  state: "active" | "cancelled" | "closed" | "disabled" | "failed" | "open";
  status: { readonly Code: string; readonly Message: string };
  statusChanged: Date;
  /** The last that it launched. */
  instanceId?: string;
  /** When an open one is fulfilled again. Milliseconds. */
  refillAt?: number;
}

export interface LaunchTemplate extends Resource {
  readonly name: string;
  readonly created: Date;
  readonly createdBy: string;
  /** The first is version 1. */
  readonly versions: readonly RequestLaunchTemplateData[];
  readonly defaultVersion: number;
}

export interface Fleet extends Resource {
  /** What its making was answered with, and is again for the same client token. */
  readonly answer: Partial<CreateFleetCommandOutput>;
  readonly created: Date;
  readonly clientToken?: string;
  readonly totalTargetCapacity: number;
  readonly defaultTargetCapacityType: "on-demand" | "spot";
  readonly instanceIds: readonly string[];
  readonly errors: readonly { readonly ErrorCode: string; readonly ErrorMessage: string; readonly Lifecycle: "on-demand" | "spot" }[];
  state: "active" | "deleted" | "deleted_terminating";
}
