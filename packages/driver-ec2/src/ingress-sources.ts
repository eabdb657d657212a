import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { callerAddress } from "./caller-address.js";
import { parseIngressCidr, rangeAround } from "./ip-range.js";
import type { Ec2Options } from "./options.js";

/** What {@link ingressSources} must know. */
interface IngressQuestion {
  readonly options: Ec2Options;
  readonly vpcId: string;
}

/**
 * From where SSH and Docker are to be reached: what `--amazonec2-ingress-cidr` says, else this computer's public address alone,
 * else, where the instance is reached by its private address, the ranges of its VPC.
 *
 * @returns ranges of addresses, none twice
 * @throws {DriverError} an {@link AwsError}; `EC2_CALLER_ADDRESS_UNKNOWN`; `OPTION_INVALID`
 */
export async function ingressSources({ options, vpcId }: IngressQuestion, host: Host, aws: Aws): Promise<readonly string[]> {
  if (options.ingressCidr.length > 0) return [...new Set(options.ingressCidr.map(parseIngressCidr))];
  if (isReachedPrivately(options)) return vpcRanges(aws, vpcId);
  return [rangeAround(await callerAddress(options.addressService, options.ipv6AddressOnly ? 6 : 4, host))];
}

/** Whether the instance is reached by its private address, where this computer's public one doesn't count. */
export function isReachedPrivately({ privateAddressOnly, usePrivateAddress, bastion = "" }: Ec2Options): boolean {
  return privateAddressOnly || usePrivateAddress || bastion !== "";
}

async function vpcRanges(aws: Aws, vpcId: string): Promise<readonly string[]> {
  const { Vpcs = [] } = await aws.ec2("DescribeVpcs", { VpcIds: [vpcId] });
  return Vpcs.flatMap(({ CidrBlock, CidrBlockAssociationSet = [] }) => {
    const associated = CidrBlockAssociationSet.filter(({ CidrBlockState }) => CidrBlockState?.State === "associated");
    const ranges = associated.flatMap((each) => (each.CidrBlock === undefined ? [] : [each.CidrBlock]));
    return [...new Set([...(CidrBlock === undefined ? [] : [CidrBlock]), ...ranges])];
  });
}
