import type { Explanation, FailedCall, Failure } from "./failed-call.js";

/** What "Service Quotas" calls a quota, and what helps without more of it. */
interface Quota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly instead?: string;
}

const ANOTHER_REGION = "Another region has quotas of its own: --amazonec2-region REGION";

/** Quotas by the error that tells they are used up, besides those of virtual processors. Source: "Amazon VPC quotas" and "Amazon EBS quotas". */
const QUOTAS: Readonly<Record<string, Quota>> = {
  SecurityGroupLimitExceeded: { service: "vpc", code: "L-E79EC296", name: "VPC security groups per Region" },
  RulesPerSecurityGroupLimitExceeded: {
    service: "vpc",
    code: "L-0EA8095F",
    name: "Inbound or outbound rules per security group",
    instead: "A new group, with rules for this machine alone: --amazonec2-security-group NAME",
  },
  SecurityGroupsPerInterfaceLimitExceeded: { service: "vpc", code: "L-2AFB9258", name: "Security groups per network interface" },
  NetworkInterfaceLimitExceeded: { service: "vpc", code: "L-DF5E4CA3", name: "Network interfaces per Region" },
};

const VCPU_CODES: Readonly<Record<string, "on-demand" | "spot">> = {
  VcpuLimitExceeded: "on-demand",
  InstanceLimitExceeded: "on-demand",
  MaxSpotInstanceCountExceeded: "spot",
};

/** Names the quota that is used up, and the request for more. */
export async function explainExceededQuota({ awsCode, message, call }: Failure): Promise<Explanation> {
  const quota = QUOTAS[awsCode] ?? (await vcpuQuota(awsCode, call));
  const named = quota === undefined ? `a quota (${awsCode})` : `the quota ${JSON.stringify(quota.name)} (${quota.code})`;
  const request =
    quota === undefined
      ? "https://console.aws.amazon.com/servicequotas/home"
      : `aws service-quotas request-service-quota-increase --region ${call.region} --service-code ${quota.service} --quota-code ${quota.code} --desired-value NUMBER`;
  return {
    code: "EC2_QUOTA_EXCEEDED",
    message: `The account has used up ${named} in ${call.region}: ${message}`,
    suggestions: [
      `Ask AWS for more: ${request}`,
      "See what is there that nothing needs any more: docker-machine driver amazonec2 orphans",
      quota?.instead ?? ANOTHER_REGION,
    ],
  };
}

async function vcpuQuota(awsCode: string, call: FailedCall): Promise<Quota | undefined> {
  const type = instanceTypeIn(call.input);
  const market = VCPU_CODES[awsCode];
  if (market === undefined || type === undefined) return undefined;
  const { quotaCode } = await import("../quota.js");
  const code = quotaCode(type, market);
  return code === undefined
    ? undefined
    : { service: "ec2", code, name: (await call.quotaName(code)) ?? `of ${market} instances like ${type}` };
}

function instanceTypeIn(input: unknown): string | undefined {
  const type = (input as { readonly InstanceType?: unknown } | undefined)?.InstanceType;
  return typeof type === "string" ? type : undefined;
}
