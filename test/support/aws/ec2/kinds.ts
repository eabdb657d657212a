import { randomBytes, randomUUID } from "node:crypto";

/** What an account can have, by the names that EC2 uses in `TagSpecifications`. */
export type ResourceKind =
  | "fleet"
  | "image"
  | "instance"
  | "key-pair"
  | "launch-template"
  | "network-interface"
  | "security-group"
  | "security-group-rule"
  | "spot-instances-request"
  | "subnet"
  | "volume"
  | "vpc";

interface Kind {
  /** What ids begin with. */
  readonly prefix: string;
  /** What an id that nothing has is answered with. */
  readonly notFound: string;
  /** What a thing that can't be an id is answered with; the code for unknown ids where EC2 doesn't tell the two apart. */
  readonly malformed: string;
  /** How messages call the id. */
  readonly noun: string;
}

/** Codes: "Error codes for the Amazon EC2 API" of the EC2 developer guide. */
export const KINDS: Readonly<Record<ResourceKind, Kind>> = {
  fleet: { prefix: "fleet", notFound: "InvalidFleetId.NotFound", malformed: "InvalidFleetId.Malformed", noun: "fleet ID" },
  image: { prefix: "ami", notFound: "InvalidAMIID.NotFound", malformed: "InvalidAMIID.Malformed", noun: "image id" },
  instance: { prefix: "i", notFound: "InvalidInstanceID.NotFound", malformed: "InvalidInstanceID.Malformed", noun: "instance ID" },
  "key-pair": { prefix: "key", notFound: "InvalidKeyPair.NotFound", malformed: "InvalidKeyPair.NotFound", noun: "key pair" },
  "launch-template": {
    prefix: "lt",
    notFound: "InvalidLaunchTemplateId.NotFound",
    malformed: "InvalidLaunchTemplateId.Malformed",
    noun: "launch template ID",
  },
  "network-interface": {
    prefix: "eni",
    notFound: "InvalidNetworkInterfaceID.NotFound",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    noun: "networkInterface ID",
  },
  "security-group": { prefix: "sg", notFound: "InvalidGroup.NotFound", malformed: "InvalidGroupId.Malformed", noun: "security group" },
  "security-group-rule": {
    prefix: "sgr",
    notFound: "InvalidSecurityGroupRuleId.NotFound",
    malformed: "InvalidSecurityGroupRuleId.Malformed",
    noun: "security group rule ID",
  },
  "spot-instances-request": {
    prefix: "sir",
    notFound: "InvalidSpotInstanceRequestID.NotFound",
    malformed: "InvalidSpotInstanceRequestID.Malformed",
    noun: "spot instance request ID",
  },
  subnet: { prefix: "subnet", notFound: "InvalidSubnetID.NotFound", malformed: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  volume: { prefix: "vol", notFound: "InvalidVolume.NotFound", malformed: "InvalidVolumeID.Malformed", noun: "volume" },
  vpc: { prefix: "vpc", notFound: "InvalidVpcID.NotFound", malformed: "InvalidVpcID.NotFound", noun: "vpc ID" },
};

/** An id that nothing else has: `i-0` and 16 hexadecimal digits for most kinds. */
export function newId(kind: ResourceKind): string {
  const { prefix } = KINDS[kind];
  if (kind === "fleet") return `${prefix}-${randomUUID()}`;
  if (kind === "spot-instances-request") return `${prefix}-${randomBytes(4).toString("hex")}`;
  return hexId(prefix);
}

/** An id of what isn't a resource of its own here: a snapshot, a reservation, an attachment. */
export function hexId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** Whether a text can be an id of the kind, whether or not something has it. */
export function isWellFormed(kind: ResourceKind, id: string): boolean {
  const { prefix } = KINDS[kind];
  if (!id.startsWith(`${prefix}-`)) return false;
  const rest = id.slice(prefix.length + 1);
  if (kind === "fleet") return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(rest);
  if (kind === "spot-instances-request") return /^[\da-z]{8}$/.test(rest);
  return /^([\da-f]{8}|[\da-f]{17})$/.test(rest);
}

/** The kind whose ids begin as this one does. */
export function kindOf(id: string): ResourceKind | undefined {
  const prefix = id.slice(0, Math.max(id.indexOf("-"), 0));
  return (Object.keys(KINDS) as ResourceKind[]).find((kind) => KINDS[kind].prefix === prefix);
}
