import type {
  AccountAttribute,
  DescribeAccountAttributesCommandInput,
  DescribeAccountAttributesCommandOutput,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribePlacementGroupsCommandInput,
  DescribePlacementGroupsCommandOutput,
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  DescribeVpcsCommandInput,
  DescribeVpcsCommandOutput,
  Subnet as ShownSubnet,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { untagged } from "./instance-types.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { Subnet } from "./resources.ts";
import { tagsOf } from "./tags.ts";

function describeAccountAttributes(
  region: Region,
  input: DescribeAccountAttributesCommandInput,
): Partial<DescribeAccountAttributesCommandOutput> {
  const attributes: Record<string, string> = {
    "default-vpc": region.defaultVpc?.id ?? "none",
    "max-elastic-ips": "5",
    "max-instances": "20",
    "supported-platforms": "VPC",
    "vpc-max-elastic-ips": "5",
    "vpc-max-security-groups-per-interface": String(region.account.limits.groupsPerInterface),
  };
  const names: readonly string[] = input.AttributeNames?.length ? input.AttributeNames : Object.keys(attributes);
  const AccountAttributes = names.map((name): AccountAttribute => {
    const value = attributes[name];
    if (value === undefined) throw new AwsFault("InvalidParameterValue", `Value (${name}) for parameter attributeName is invalid.`);
    return { AttributeName: name, AttributeValues: [{ AttributeValue: value }] };
  });
  stopAtDryRun(input);
  return { AccountAttributes };
}

function describeVpcs(region: Region, input: DescribeVpcsCommandInput): Partial<DescribeVpcsCommandOutput> {
  const vpcs = region.vpcs.found(input.VpcIds);
  stopAtDryRun(input);
  const matching = filtered(vpcs, input.Filters, {
    cidr: ({ cidr }) => cidr,
    "is-default": ({ isDefault }) => String(isDefault),
    isDefault: ({ isDefault }) => String(isDefault),
    "owner-id": () => region.account.id,
    state: () => "available",
    "vpc-id": ({ id }) => id,
  });
  const { items, next } = page(region, matching, input);
  const Vpcs = items.map((vpc) => ({
    VpcId: vpc.id,
    CidrBlock: vpc.cidr,
    DhcpOptionsId: "default",
    InstanceTenancy: "default" as const,
    IsDefault: vpc.isDefault,
    OwnerId: region.account.id,
    State: "available" as const,
    ...(vpc.tags.size > 0 ? { Tags: tagsOf(vpc) } : {}),
  }));
  return { Vpcs, ...next };
}

function describeSubnets(region: Region, input: DescribeSubnetsCommandInput): Partial<DescribeSubnetsCommandOutput> {
  const subnets = region.subnets.found(input.SubnetIds);
  stopAtDryRun(input);
  const zone = (subnet: Subnet) => subnet.zone.name;
  const defaultForZone = (subnet: Subnet) => String(subnet.defaultForZone);
  const matching = filtered(subnets, input.Filters, {
    "availability-zone": zone,
    availabilityZone: zone,
    "availability-zone-id": (subnet) => subnet.zone.id,
    "available-ip-address-count": ({ free }) => String(free),
    cidr: ({ cidr }) => cidr,
    "cidr-block": ({ cidr }) => cidr,
    "default-for-az": defaultForZone,
    defaultForAz: defaultForZone,
    "ipv6-native": ({ ipv6Only }) => String(ipv6Only),
    "map-public-ip-on-launch": ({ publicAddresses }) => String(publicAddresses),
    "owner-id": () => region.account.id,
    state: () => "available",
    "subnet-id": ({ id }) => id,
    "vpc-id": ({ vpc }) => vpc.id,
  });
  const { items, next } = page(region, matching, input);
  return { Subnets: items.map((subnet) => shownSubnet(region, subnet)), ...next };
}

function shownSubnet(region: Region, subnet: Subnet): ShownSubnet {
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${region.name}:${region.account.id}:subnet/${subnet.id}`,
    VpcId: subnet.vpc.id,
    OwnerId: region.account.id,
    State: "available",
    AvailabilityZone: subnet.zone.name,
    AvailabilityZoneId: subnet.zone.id,
    AvailableIpAddressCount: subnet.ipv6Only ? 0 : subnet.free,
    ...(subnet.ipv6Only ? {} : { CidrBlock: subnet.cidr }),
    DefaultForAz: subnet.defaultForZone,
    MapPublicIpOnLaunch: subnet.publicAddresses,
    AssignIpv6AddressOnCreation: subnet.ipv6OnLaunch,
    Ipv6Native: subnet.ipv6Only,
    Ipv6CidrBlockAssociationSet:
      subnet.ipv6Cidr === undefined
        ? []
        : [
            {
              AssociationId: `subnet-cidr-assoc-${subnet.id.slice("subnet-".length)}`,
              Ipv6CidrBlock: subnet.ipv6Cidr,
              Ipv6CidrBlockState: { State: "associated" },
            },
          ],
    ...(subnet.tags.size > 0 ? { Tags: tagsOf(subnet) } : {}),
  };
}

function describeZones(region: Region, input: DescribeAvailabilityZonesCommandInput): Partial<DescribeAvailabilityZonesCommandOutput> {
  const unknown = [
    ...(input.ZoneNames ?? []).filter((name) => !region.zones.some((zone) => zone.name === name)),
    ...(input.ZoneIds ?? []).filter((id) => !region.zones.some((zone) => zone.id === id)),
  ];
  if (unknown.length > 0) throw new AwsFault("InvalidParameterValue", `Invalid availability zone: [${unknown.join(", ")}]`);
  stopAtDryRun(input);
  const asked = new Set([...(input.ZoneNames ?? []), ...(input.ZoneIds ?? [])]);
  const zones = region.zones
    .filter(({ id, name }) => asked.size === 0 || asked.has(name) || asked.has(id))
    .map((zone) => ({ ...untagged(zone.id), zone }));
  const matching = filtered(zones, input.Filters, {
    "opt-in-status": () => "opt-in-not-required",
    "region-name": () => region.name,
    state: () => "available",
    "zone-id": ({ zone }) => zone.id,
    "zone-name": ({ zone }) => zone.name,
    "zone-type": () => "availability-zone",
  });
  return {
    AvailabilityZones: matching.map(({ zone }) => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      ZoneType: "availability-zone",
      RegionName: region.name,
      NetworkBorderGroup: region.name,
      State: "available",
      OptInStatus: "opt-in-not-required",
      Messages: [],
    })),
  };
}

/** Without `AllRegions`, only those that the account can use. */
function describeRegions(region: Region, input: DescribeRegionsCommandInput): Partial<DescribeRegionsCommandOutput> {
  const regions = region.account.regions();
  const unknown = (input.RegionNames ?? []).filter((name) => !regions.some((other) => other.name === name));
  if (unknown.length > 0) throw new AwsFault("InvalidParameterValue", `Invalid region names: ${unknown.join(", ")}`);
  stopAtDryRun(input);
  const asked = input.RegionNames?.length ? new Set(input.RegionNames) : undefined;
  const shown = regions
    .filter(({ name, optIn }) => asked?.has(name) ?? (input.AllRegions === true || optIn !== "not-opted-in"))
    .map((other) => ({ ...untagged(other.name), other }));
  const matching = filtered(shown, input.Filters, {
    endpoint: ({ other }) => `ec2.${other.name}.amazonaws.com`,
    "opt-in-status": ({ other }) => other.optIn,
    "region-name": ({ other }) => other.name,
  });
  return {
    Regions: matching.map(({ other }) => ({
      RegionName: other.name,
      Endpoint: `ec2.${other.name}.amazonaws.com`,
      OptInStatus: other.optIn,
    })),
  };
}

function describePlacementGroups(
  region: Region,
  input: DescribePlacementGroupsCommandInput,
): Partial<DescribePlacementGroupsCommandOutput> {
  const unknown = (input.GroupNames ?? []).filter((name) => !region.placementGroups.has(name));
  if (unknown.length > 0) throw new AwsFault("InvalidPlacementGroup.Unknown", `The Placement Group '${unknown[0]}' is unknown.`);
  stopAtDryRun(input);
  const names = input.GroupNames?.length ? input.GroupNames : [...region.placementGroups];
  const matching = filtered(
    names.map((name) => untagged(name)),
    input.Filters,
    { "group-name": ({ id }) => id, state: () => "available", strategy: () => "cluster" },
  );
  return { PlacementGroups: matching.map(({ id }) => ({ GroupName: id, State: "available", Strategy: "cluster" })) };
}

export const networkActions = {
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAvailabilityZones: describeZones,
  DescribePlacementGroups: describePlacementGroups,
  DescribeRegions: describeRegions,
  DescribeSubnets: describeSubnets,
  DescribeVpcs: describeVpcs,
} satisfies Actions;
