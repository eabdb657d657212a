import type { Aws } from "./aws/aws.js";
import { everyPage } from "./every-page.js";

/** How an instance is paid for, as far as quotas tell it apart. */
export type Market = "on-demand" | "spot";

/** What limits how many virtual processors may run at once in an account and region. */
export interface Quota {
  /** AWS's code: `L-1216C47A`. */
  readonly code: string;
  /** AWS's name: `Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances`. */
  readonly name: string;
  readonly vcpus: number;
}

/** The codes of Service Quotas for an instance family's class. Source: "Amazon EC2 endpoints and quotas" of AWS's General Reference. */
interface QuotaClass {
  readonly onDemand: string;
  readonly spot?: string;
}

const STANDARD: QuotaClass = { onDemand: "L-1216C47A", spot: "L-34B43A08" };
const GRAPHICS: QuotaClass = { onDemand: "L-DB2E81BA", spot: "L-3819A6DF" };
const HIGH_MEMORY: QuotaClass = { onDemand: "L-43DA4232" };

/** By the letters that a family's name begins with. What isn't here counts by its first letter. */
const CLASSES: Readonly<Record<string, QuotaClass>> = {
  dl: { onDemand: "L-6E869C2A", spot: "L-85EED4F7" },
  f: { onDemand: "L-74FC7D96", spot: "L-88CF9481" },
  g: GRAPHICS,
  gr: GRAPHICS,
  vt: GRAPHICS,
  hpc: { onDemand: "L-F7808C92" },
  inf: { onDemand: "L-1945791B", spot: "L-B5D1601B" },
  trn: { onDemand: "L-2C3B7624", spot: "L-6B0D517C" },
  u: HIGH_MEMORY,
  "u-": HIGH_MEMORY,
  x: { onDemand: "L-7295265B", spot: "L-E3A00192" },
};

/** P instances share one quota on demand; as spot instances, generations have their own. */
const P_ON_DEMAND = "L-417A185B";
const P_SPOT_CODES: Readonly<Record<string, string>> = { p2: "L-7212CCBC", p3: "L-7212CCBC", p4: "L-7212CCBC", p5: "L-C4BD4855" };

/**
 * The code of the quota that an instance counts against.
 *
 * @returns `undefined` for types whose quota isn't counted in virtual processors (`mac2.metal`), and for those that came later than this table
 */
export function quotaCode(instanceType: string, market: Market): string | undefined {
  const [, letters = "", generation = ""] = /^([a-z]+-?)(\d+)/.exec(instanceType) ?? [];
  if (letters === "p") return market === "on-demand" ? P_ON_DEMAND : P_SPOT_CODES[`p${generation}`];
  const standard = letters !== "mac" && /^[acdhimrtz]/.test(letters) ? STANDARD : undefined;
  const quotaClass = Object.hasOwn(CLASSES, letters) ? CLASSES[letters] : standard;
  return market === "on-demand" ? quotaClass?.onDemand : quotaClass?.spot;
}

/**
 * Asks for a quota's name and value.
 *
 * @throws {AwsError}
 */
export async function readQuota(aws: Aws, code: string): Promise<Quota> {
  const { Quota: quota } = await aws.quotas("GetServiceQuota", { ServiceCode: "ec2", QuotaCode: code });
  return { code, name: quota?.QuotaName ?? code, vcpus: quota?.Value ?? Number.POSITIVE_INFINITY };
}

/**
 * How many virtual processors count against a quota now: those of all instances of the account that run or are about to.
 *
 * @throws {AwsError}
 */
export async function usedVcpus(aws: Aws, code: string): Promise<number> {
  const running = { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }], MaxResults: 1000 };
  const reservations = await everyPage(aws, "DescribeInstances", running, ({ Reservations }) => Reservations);
  const vcpus = reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(
      ({ InstanceType = "", InstanceLifecycle }) => quotaCode(InstanceType, InstanceLifecycle === "spot" ? "spot" : "on-demand") === code,
    )
    .map(({ CpuOptions }) => (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1));
  return vcpus.reduce((sum, each) => sum + each, 0);
}
