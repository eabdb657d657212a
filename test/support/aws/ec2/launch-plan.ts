import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import { checkBetween, checkOneOf, invalidCombination, required } from "./checks.ts";
import type { Image } from "./images.ts";
import { type InstanceType, instanceType } from "./instance-types.ts";
import { keyPairByName } from "./key-pairs.ts";
import { networkPlan } from "./launch-network.ts";
import { checkHibernation, decodedUserData, defaultMetadata, metadataOptions, spotPlan } from "./launch-options.ts";
import { volumePlans } from "./launch-volumes.ts";
import type { Region } from "./region.ts";
import type { LaunchPlan } from "./resources.ts";
import { checkedTags } from "./tags.ts";

/**
 * Checks all of a launch that EC2 checks before it answers, but for capacity and limits.
 *
 * @throws AwsFault what EC2 answers
 */
export function launchPlan(region: Region, request: RunInstancesRequest): LaunchPlan {
  const image = checkedImage(region, required(request.ImageId, "ImageId"));
  const type = instanceType(request.InstanceType ?? "m1.small");
  checkArchitecture(image, type);
  const spot = spotPlan(request, type, region.account.now());
  const network = networkPlan(region, request, type, spot === undefined ? "on-demand" : "spot");
  const volumes = volumePlans(image, request.BlockDeviceMappings);
  const hibernation = request.HibernationOptions?.Configured === true;
  if (hibernation) checkHibernation(image, type, volumes);
  checkPlacement(region, request, type);
  checkProfile(region, request);
  checkTypeOptions(request, type);
  const userData = decodedUserData(request.UserData);
  const kinds = ["instance", "network-interface", "volume", ...(spot === undefined ? [] : (["spot-instances-request"] as const))] as const;
  return {
    request,
    image,
    type,
    ...network,
    ...(request.KeyName === undefined ? {} : { keyPair: keyPairByName(region, request.KeyName) }),
    ...(userData === undefined ? {} : { userData }),
    volumes,
    metadata: metadataOptions(request.MetadataOptions, defaultMetadata(image)),
    hibernation,
    ...(spot === undefined ? {} : { spot }),
    tags: checkedTags(request.TagSpecifications, kinds),
  };
}

function checkedImage(region: Region, id: string): Image {
  const image = region.images.usedOne(id);
  if (image.state !== "available") throw new AwsFault("InvalidAMIID.Unavailable", `The image ID '${id}' is not available`);
  return image;
}

function checkArchitecture(image: Image, type: InstanceType): void {
  if (type.architectures.includes(image.architecture)) return;
  throw new AwsFault(
    "InvalidParameterValue",
    `The architecture '${type.architectures.join(",")}' of the specified instance type does not match the architecture '${image.architecture}' of ` +
      "the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. " +
      "You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.",
  );
}

function checkPlacement(region: Region, request: RunInstancesRequest, type: InstanceType): void {
  const { GroupName, Tenancy } = request.Placement ?? {};
  checkOneOf(Tenancy, ["dedicated", "default", "host"], "tenancy");
  if (GroupName !== undefined && GroupName !== "" && !region.placementGroups.has(GroupName)) {
    throw new AwsFault("InvalidPlacementGroup.Unknown", `The Placement Group '${GroupName}' is unknown.`);
  }
  if (Tenancy === "dedicated" && type.hypervisor === "xen" && type.burstable) {
    throw new AwsFault(
      "Unsupported",
      "The requested configuration is currently not supported. Please check the documentation for supported configurations.",
    );
  }
  if (Tenancy === "host" && request.InstanceMarketOptions?.MarketType === "spot") {
    throw invalidCombination("Spot Instances can't be launched on Dedicated Hosts.");
  }
}

function checkProfile(region: Region, request: RunInstancesRequest): void {
  const profile = request.IamInstanceProfile;
  if (profile === undefined) return;
  if (profile.Arn !== undefined && profile.Name !== undefined) {
    throw invalidCombination("The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn");
  }
  const name = profile.Name ?? /^arn:aws:iam::\d{12}:instance-profile\/(?:.*\/)?([^/]+)$/.exec(profile.Arn ?? "")?.[1];
  if (name === undefined || !region.account.instanceProfiles.has(name)) {
    const [parameter, value, noun] = profile.Arn === undefined ? ["name", profile.Name, "name"] : ["arn", profile.Arn, "ARN"];
    throw new AwsFault(
      "InvalidParameterValue",
      `Value (${value}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${noun}`,
    );
  }
}

function checkTypeOptions(request: RunInstancesRequest, type: InstanceType): void {
  if (request.EbsOptimized === true && type.ebsOptimized === "unsupported") {
    throw new AwsFault(
      "Unsupported",
      "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations.",
    );
  }
  const credits = request.CreditSpecification?.CpuCredits;
  checkOneOf(credits, ["standard", "unlimited"], "CpuCredits");
  if (credits !== undefined && !type.burstable) {
    throw invalidCombination(`The instance type '${type.name}' does not support credit specifications.`);
  }
  checkOneOf(request.InstanceInitiatedShutdownBehavior, ["stop", "terminate"], "instanceInitiatedShutdownBehavior");
  checkBetween(request.CpuOptions?.CoreCount, 1, type.vcpus, "coreCount");
}
