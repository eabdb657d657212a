import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { type Market, quotaCode, readQuota, usedVcpus } from "./quota.js";

/** An instance that is to be launched. */
export interface WantedInstance {
  readonly instanceType: string;
  readonly vcpus: number;
  readonly market: Market;
}

/**
 * Compares what is left of a quota with what an instance takes.
 *
 * @returns one line: the quota's name, what is used and what there is; or why that isn't known
 * @throws {DriverError} `EC2_QUOTA_EXCEEDED`; an {@link AwsError}
 */
export async function checkQuota(aws: Aws, wanted: WantedInstance): Promise<string> {
  const { instanceType, market, vcpus } = wanted;
  const code = quotaCode(instanceType, market);
  if (code === undefined) return `not known for ${instanceType} (${market})`;
  try {
    const [quota, used] = await Promise.all([readQuota(aws, code), usedVcpus(aws, code)]);
    if (used + vcpus > quota.vcpus) throw exceeded(aws, wanted, { ...quota, used });
    return `${quota.name} (${code}): ${used} of ${quota.vcpus} vCPUs used, ${vcpus} more wanted`;
  } catch (error) {
    if (isAwsCode(error, "AccessDenied", "AccessDeniedException")) return "not known, since servicequotas:GetServiceQuota isn't allowed";
    if (isAwsCode(error, "NoSuchResourceException")) return `not known in ${aws.region} (${code})`;
    throw error;
  }
}

function exceeded(
  { region }: Aws,
  { instanceType, vcpus }: WantedInstance,
  quota: { readonly name: string; readonly code: string; readonly vcpus: number; readonly used: number },
): DriverError {
  const needed = quota.used + vcpus;
  return new DriverError(
    "EC2_QUOTA_EXCEEDED",
    `A ${instanceType} has ${vcpus} vCPUs, but of the quota "${quota.name}" (${quota.code}) in ${region}, ${quota.used} of ${quota.vcpus} are used.`,
    {
      suggestions: [
        `aws service-quotas request-service-quota-increase --region ${region} --service-code ec2 --quota-code ${quota.code} --desired-value ${needed}`,
        "See what is there that nothing needs any more: docker-machine driver amazonec2 orphans",
        "A smaller instance: --amazonec2-instance-type t3.micro",
      ],
    },
  );
}
