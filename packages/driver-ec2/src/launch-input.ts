import type { Ec2Input } from "./aws/aws.js";
import type { LaunchAttempt, LaunchPlan, LaunchType } from "./launch-plan.js";
import type { Ec2Options } from "./options.js";
import type { LaunchSubnet } from "./place.js";
import type { ResourceTag } from "./tags.js";

/** What RunInstances takes. */
export type RunInput = Ec2Input<"RunInstances">;
type Part<K extends keyof RunInput> = NonNullable<RunInput[K]>;

/** What a launch needs besides the options and the plan. */
export interface LaunchAccess {
  readonly keyName: string;
  readonly groupIds: readonly string[];
  readonly tags: readonly ResourceTag[];
}

/** What of a launch is the same whatever subnet it is tried in, and in whichever market. */
export interface LaunchParts {
  readonly options: Ec2Options;
  readonly plan: Pick<LaunchPlan, "userData">;
  readonly access: LaunchAccess;
}

/** The request for one attempt. Equal attempts make equal requests: AWS refuses a client token that comes with another one. */
export function runInput(parts: LaunchParts, attempt: LaunchAttempt, clientToken: string): RunInput {
  const { market, subnet } = attempt;
  return {
    ...launchData(parts, attempt),
    ClientToken: clientToken,
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [networkInterface(parts, subnet)],
    ...(market === "spot" ? { InstanceMarketOptions: spotMarket(parts.options) } : {}),
    TagSpecifications: launchTags(parts.access, market === "spot" ? ["spot-instances-request"] : []),
  };
}

/** What a launch and a launch template have in common. */
export function launchData({ options, plan, access }: LaunchParts, launch: LaunchType) {
  return {
    ImageId: launch.image.id,
    InstanceType: launch.type.name as Part<"InstanceType">,
    KeyName: access.keyName,
    BlockDeviceMappings: [rootVolume(options, launch)],
    MetadataOptions: metadataOptions(options),
    ...(plan.userData === undefined ? {} : { UserData: plan.userData }),
    ...(isGiven(options.iamInstanceProfile) ? { IamInstanceProfile: instanceProfile(options.iamInstanceProfile) } : {}),
    ...(options.monitoring ? { Monitoring: { Enabled: true } } : {}),
    ...(options.useEbsOptimizedInstance ? { EbsOptimized: true } : {}),
    ...placement(options),
    ...(options.hibernate ? { HibernationOptions: { Configured: true } } : {}),
  } satisfies Partial<RunInput>;
}

/** The one network interface. Without a subnet where a launch template leaves it open. */
export function networkInterface({ options, access }: LaunchParts, subnet?: LaunchSubnet): Part<"NetworkInterfaces">[number] {
  const isPublic = !options.privateAddressOnly && !options.ipv6AddressOnly;
  return {
    DeviceIndex: 0,
    DeleteOnTermination: true,
    Groups: [...access.groupIds],
    ...(subnet === undefined ? {} : { SubnetId: subnet.id }),
    ...(subnet?.isIpv6Only === true ? {} : { AssociatePublicIpAddress: isPublic }),
    ...(options.ipv6AddressCount > 0 ? { Ipv6AddressCount: options.ipv6AddressCount } : {}),
    ...(options.enablePrimaryIpv6 ? { PrimaryIpv6: true } : {}),
  };
}

/** Tags for all that a launch makes. */
export function launchTags({ tags }: LaunchAccess, more: readonly "spot-instances-request"[]): Part<"TagSpecifications"> {
  return (["instance", "volume", "network-interface", ...more] as const).map((ResourceType) => ({ ResourceType, Tags: [...tags] }));
}

/** As large as the option says, but never smaller than the image, and, for hibernation, than image and memory together. */
function rootVolume(options: Ec2Options, { image, type }: LaunchType): Part<"BlockDeviceMappings">[number] {
  const key = [options.volumeKmsKey, options.kmsKey].find(isGiven);
  const isEncrypted = key !== undefined || options.volumeEncrypted || options.encryptEbsVolume || options.hibernate;
  const memoryGb = options.hibernate ? Math.ceil(type.memoryMib / 1024) : 0;
  return {
    DeviceName: isGiven(options.deviceName) ? options.deviceName : image.rootDevice,
    Ebs: {
      DeleteOnTermination: true,
      VolumeSize: Math.max(options.rootSize, image.sizeGb + memoryGb),
      VolumeType: options.volumeType as "gp3",
      // Without the wish, the account's default decides.
      ...(isEncrypted ? { Encrypted: true } : {}),
      ...(key === undefined ? {} : { KmsKeyId: key }),
    },
  };
}

/** IMDSv2 by default, with a second hop: containers have one more than the host. */
function metadataOptions(options: Ec2Options): Part<"MetadataOptions"> {
  return {
    HttpEndpoint: (options.httpEndpoint ?? "enabled") as "enabled",
    HttpTokens: (options.httpTokens ?? options.metadataToken ?? "required") as "required",
    HttpPutResponseHopLimit: options.metadataTokenResponseHopLimit,
    ...(options.httpProtocolIpv6 === undefined ? {} : { HttpProtocolIpv6: options.httpProtocolIpv6 as "enabled" }),
  };
}

function instanceProfile(profile: string): Part<"IamInstanceProfile"> {
  return profile.startsWith("arn:") ? { Arn: profile } : { Name: profile };
}

function placement({ placementGroup, tenancy }: Ec2Options): Pick<RunInput, "Placement"> {
  if (!isGiven(placementGroup) && tenancy === undefined) return {};
  return {
    Placement: {
      ...(isGiven(placementGroup) ? { GroupName: placementGroup } : {}),
      ...(tenancy === undefined ? {} : { Tenancy: tenancy as "default" }),
    },
  };
}

/** A request that lasts is for what hibernates only: AWS wants one there. Otherwise it would launch anew what somebody has terminated. */
function spotMarket({ hibernate, spotPrice }: Ec2Options): Part<"InstanceMarketOptions"> {
  return {
    MarketType: "spot",
    SpotOptions: {
      ...(hibernate
        ? { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "hibernate" }
        : { SpotInstanceType: "one-time", InstanceInterruptionBehavior: "terminate" }),
      ...(isGiven(spotPrice) ? { MaxPrice: spotPrice } : {}),
    },
  };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
