import type { Subnet } from "@aws-sdk/client-ec2";
import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { everyPage } from "./every-page.js";
import type { Ec2Options } from "./options.js";

/** A subnet that an instance may be launched into. */
export interface LaunchSubnet {
  readonly id: string;
  /** `eu-west-1a` */
  readonly zone: string;
  /** Nothing in it has an IPv4 address, not even a private one. */
  readonly isIpv6Only: boolean;
}

/** Where an instance may be launched. */
export interface LaunchPlace {
  readonly vpcId: string;
  /** In the order in which they are to be tried; at least one. */
  readonly subnets: readonly LaunchSubnet[];
}

/**
 * Finds the subnets that the options allow: those that they name, in that order; else those of the VPC (default: the region's own) in the zone
 * (default: all) that suit best: first those that AWS made, then those that give the wished kind of address.
 *
 * @throws {DriverError} `EC2_DEFAULT_VPC_MISSING`; `EC2_SUBNET_MISSING`; `EC2_SUBNET_UNFIT`; an {@link AwsError}
 */
export async function findPlace(options: Ec2Options, aws: Aws): Promise<LaunchPlace> {
  const isNamed = options.subnetId.length > 0;
  const found = isNamed ? await namedSubnets(options, aws) : await subnetsOfVpc(options, aws);
  const subnets = found.filter(({ AvailabilityZone, State }) => State === "available" && isInZone(AvailabilityZone, options, aws));
  const [first] = isNamed ? subnets : subnets.toSorted(byFitness(options));
  const vpcId = first?.VpcId;
  if (first === undefined || vpcId === undefined) throw missing(options, aws);
  const chosen = isNamed
    ? subnets
    : subnets.filter((subnet) => fitness(subnet, options) === fitness(first, options)).toSorted(byFitness(options));
  return { vpcId, subnets: chosen.map(launchSubnet) };
}

function launchSubnet({ SubnetId = "", AvailabilityZone = "", Ipv6Native = false }: Subnet): LaunchSubnet {
  return { id: SubnetId, zone: AvailabilityZone, isIpv6Only: Ipv6Native };
}

async function namedSubnets({ subnetId, vpcId }: Ec2Options, aws: Aws): Promise<Subnet[]> {
  const found = await describeSubnets(aws, "subnet-id", subnetId);
  const subnets = subnetId.map((id) => {
    const subnet = found.find(({ SubnetId }) => SubnetId === id);
    if (subnet !== undefined) return subnet;
    throw new DriverError("EC2_SUBNET_MISSING", `There is no subnet ${id} in ${aws.region}.`, { suggestions: subnetSuggestions(aws) });
  });
  const wanted = vpcId === undefined || vpcId === "" ? subnets[0]?.VpcId : vpcId;
  const stray = subnets.find(({ VpcId }) => VpcId !== wanted);
  if (stray === undefined) return subnets;
  throw new DriverError("EC2_SUBNET_UNFIT", `The subnet ${stray.SubnetId} is in ${stray.VpcId}, but the machine is to be in ${wanted}.`, {
    suggestions: [`--amazonec2-vpc-id ${stray.VpcId}`, ...subnetSuggestions(aws)],
  });
}

async function subnetsOfVpc({ vpcId }: Ec2Options, aws: Aws): Promise<Subnet[]> {
  return describeSubnets(aws, "vpc-id", [vpcId === undefined || vpcId === "" ? await defaultVpc(aws) : vpcId]);
}

async function defaultVpc(aws: Aws): Promise<string> {
  const { Vpcs = [] } = await aws.ec2("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] });
  const [vpc] = Vpcs;
  if (vpc?.VpcId !== undefined) return vpc.VpcId;
  throw new DriverError("EC2_DEFAULT_VPC_MISSING", `The account has no default VPC in ${aws.region}.`, {
    suggestions: [`aws ec2 create-default-vpc --region ${aws.region}`, "Another VPC: --amazonec2-vpc-id vpc-…"],
  });
}

/** By a filter: an id that doesn't exist is no error then, and the answer tells of the others. */
function describeSubnets(aws: Aws, name: string, values: readonly string[]): Promise<Subnet[]> {
  return everyPage(aws, "DescribeSubnets", { Filters: [{ Name: name, Values: [...values] }] }, ({ Subnets }) => Subnets);
}

function isInZone(zone: string | undefined, { zone: wanted }: Ec2Options, { region }: Aws): boolean {
  if (wanted === undefined || wanted === "") return true;
  return zone === wanted || zone === `${region}${wanted}`;
}

function fitness({ DefaultForAz, MapPublicIpOnLaunch }: Subnet, { privateAddressOnly, ipv6AddressOnly }: Ec2Options): number {
  const wantsPublic = !privateAddressOnly && !ipv6AddressOnly;
  return (DefaultForAz === true ? 2 : 0) + ((MapPublicIpOnLaunch === true) === wantsPublic ? 1 : 0);
}

/** Zones in an order that stays, so that a repeated creation tries the same. */
function byFitness(options: Ec2Options): (one: Subnet, other: Subnet) => number {
  const key = ({ AvailabilityZone = "", SubnetId = "" }: Subnet) => `${AvailabilityZone} ${SubnetId}`;
  return (one, other) => fitness(other, options) - fitness(one, options) || (key(one) < key(other) ? -1 : 1);
}

function missing({ subnetId, vpcId, zone }: Ec2Options, aws: Aws): DriverError {
  const where =
    subnetId.length > 0 ? `None of the subnets ${subnetId.join(", ")}` : `No subnet of ${vpcId ?? "the default VPC"} in ${aws.region}`;
  const inZone = zone === undefined || zone === "" ? "" : ` and in the zone ${zone.length === 1 ? aws.region : ""}${zone}`;
  return new DriverError("EC2_SUBNET_MISSING", `${where} is available${inZone}.`, {
    suggestions: ["Any zone: leave out --amazonec2-zone", ...subnetSuggestions(aws)],
  });
}

function subnetSuggestions({ region }: Aws): readonly string[] {
  return [`aws ec2 describe-subnets --region ${region} --query "Subnets[].[SubnetId,VpcId,AvailabilityZone]" --output table`];
}
