import type { InstanceNetworkInterfaceSpecification, RunInstancesRequest } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import { invalidCombination, invalidValue, required } from "./checks.ts";
import type { InstanceType } from "./instance-types.ts";
import type { Region } from "./region.ts";
import type { LaunchPlan, SecurityGroup, Subnet } from "./resources.ts";

type NetworkPlan = Pick<LaunchPlan, "groups" | "ipv6Count" | "primaryIpv6" | "publicAddress" | "subnet">;

/**
 * Where in the network a launch goes, and behind which groups.
 *
 * @param market where capacity is looked for, if EC2 is to choose the zone
 */
export function networkPlan(region: Region, request: RunInstancesRequest, type: InstanceType, market: "on-demand" | "spot"): NetworkPlan {
  const specification = checkedInterface(request);
  const named = request.SubnetId ?? specification?.SubnetId;
  const subnet = named === undefined ? defaultSubnet(region, request, type, market) : region.subnets.usedOne(named);
  checkZone(region, request, type, subnet);
  const groups = checkedGroups(region, request, specification, { subnet, subnetNamed: named !== undefined });
  const publicAddress = specification?.AssociatePublicIpAddress ?? subnet.publicAddresses;
  if (publicAddress && subnet.ipv6Only) {
    if (specification?.AssociatePublicIpAddress)
      throw invalidCombination(`The subnet '${subnet.id}' has no IPv4 addresses to associate a public one with.`);
  }
  if (subnet.free <= 0 && !subnet.ipv6Only) {
    throw new AwsFault(
      "InsufficientFreeAddressesInSubnet",
      `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
    );
  }
  return { subnet, groups, publicAddress: publicAddress && !subnet.ipv6Only, ...ipv6Plan(request, specification, subnet) };
}

function checkedInterface(request: RunInstancesRequest): InstanceNetworkInterfaceSpecification | undefined {
  const [specification, ...more] = request.NetworkInterfaces ?? [];
  if (specification === undefined) return undefined;
  if (more.length > 0 || specification.NetworkInterfaceId !== undefined) {
    throw new AwsFault("UnsupportedOperation", "the stand-in gives an instance one new network interface");
  }
  if (required(specification.DeviceIndex, "networkInterface.1.deviceIndex") !== 0) {
    throw new AwsFault("InvalidParameterValue", "The network interface at device index 0 must be specified.");
  }
  const exclude = (given: unknown, what: string) => {
    if (given !== undefined)
      throw invalidCombination(`Network interfaces and an instance-level ${what} may not be specified on the same request`);
  };
  exclude(request.SubnetId, "subnet ID");
  exclude(request.SecurityGroupIds ?? request.SecurityGroups, "security groups");
  exclude(request.PrivateIpAddress, "private address");
  exclude(request.Ipv6AddressCount ?? request.Ipv6Addresses, "IPv6 addresses");
  return specification;
}

function defaultSubnet(region: Region, request: RunInstancesRequest, type: InstanceType, market: "on-demand" | "spot"): Subnet {
  const vpc = region.defaultVpc;
  if (vpc === undefined) {
    throw new AwsFault("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.");
  }
  const subnets = region.subnets.all().filter((subnet) => subnet.defaultForZone && subnet.vpc === vpc);
  const zone = request.Placement?.AvailabilityZone;
  if (zone !== undefined) {
    if (!region.zones.some(({ name }) => name === zone))
      throw new AwsFault("InvalidParameterValue", `Invalid availability zone: [${zone}]`);
    const inZone = subnets.find((subnet) => subnet.zone.name === zone);
    if (inZone === undefined) throw new AwsFault("MissingInput", `No default subnet for availability zone: '${zone}'.`);
    return inZone;
  }
  const [first] = subnets;
  if (first === undefined) throw new AwsFault("MissingInput", `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`);
  const offered = subnets.filter((subnet) => region.offers(type.name, subnet.zone.name));
  return offered.find((subnet) => region.account.hasCapacity(type.name, subnet.zone.name, market)) ?? offered[0] ?? first;
}

function checkZone(region: Region, request: RunInstancesRequest, type: InstanceType, subnet: Subnet): void {
  const zone = request.Placement?.AvailabilityZone;
  if (zone !== undefined && zone !== subnet.zone.name) {
    throw invalidValue(zone, "availabilityZone", `The subnet '${subnet.id}' is in the availability zone ${subnet.zone.name}.`);
  }
  if (region.offers(type.name, subnet.zone.name)) return;
  const others = region.zones.filter(({ name }) => region.offers(type.name, name)).map(({ name }) => name);
  throw new AwsFault(
    "Unsupported",
    `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${subnet.zone.name}). ` +
      `Please retry your request by not specifying an Availability Zone or choosing ${others.join(", ")}.`,
  );
}

function checkedGroups(
  region: Region,
  request: RunInstancesRequest,
  specification: InstanceNetworkInterfaceSpecification | undefined,
  { subnet, subnetNamed }: { readonly subnet: Subnet; readonly subnetNamed: boolean },
): SecurityGroup[] {
  const { id: vpcId } = subnet.vpc;
  const names = request.SecurityGroups ?? [];
  if (names.length > 0 && subnetNamed) throw invalidCombination("The parameter groupName cannot be used with the parameter subnet");
  const byName = names.map((name) => {
    const group = region.securityGroups.all().find((candidate) => candidate.name === name && candidate.vpc === subnet.vpc);
    if (group === undefined)
      throw new AwsFault("InvalidGroup.NotFound", `The security group '${name}' does not exist in default VPC '${vpcId}'`);
    return region.securityGroups.usedOne(group.id);
  });
  const byId = region.securityGroups.used(specification?.Groups ?? request.SecurityGroupIds ?? []);
  for (const group of byId) {
    if (group.vpc !== subnet.vpc) {
      throw new AwsFault("InvalidParameter", `Security group ${group.id} and subnet ${subnet.id} belong to different networks.`);
    }
  }
  const groups = [...new Set([...byId, ...byName])];
  if (groups.length > region.account.limits.groupsPerInterface) {
    throw new AwsFault("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached.");
  }
  if (groups.length > 0) return groups;
  return region.securityGroups.all().filter((group) => group.vpc === subnet.vpc && group.name === "default");
}

function ipv6Plan(
  request: RunInstancesRequest,
  specification: InstanceNetworkInterfaceSpecification | undefined,
  subnet: Subnet,
): Pick<NetworkPlan, "ipv6Count" | "primaryIpv6"> {
  const count = specification?.Ipv6AddressCount ?? request.Ipv6AddressCount;
  const addresses = specification?.Ipv6Addresses ?? request.Ipv6Addresses ?? [];
  if (count !== undefined && addresses.length > 0)
    throw invalidCombination("IPv6 addresses and IPv6 address count may not be specified on the same request");
  if (addresses.length > 0) throw new AwsFault("UnsupportedOperation", "the stand-in gives IPv6 addresses by their count");
  const ipv6Count = count ?? (subnet.ipv6OnLaunch ? 1 : 0);
  if (ipv6Count < 0) throw invalidValue(ipv6Count, "ipv6AddressCount", "");
  if (ipv6Count > 0 && subnet.ipv6Cidr === undefined) {
    throw new AwsFault("InvalidParameterValue", `The subnet '${subnet.id}' does not have an IPv6 CIDR block associated with it.`);
  }
  const primaryIpv6 = specification?.PrimaryIpv6 ?? request.EnablePrimaryIpv6 ?? false;
  if (primaryIpv6 && ipv6Count === 0) throw invalidCombination("A primary IPv6 address needs an IPv6 address.");
  return { ipv6Count, primaryIpv6 };
}
