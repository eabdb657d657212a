import { randomUUID } from "node:crypto";
import { type Host, isDriverError } from "@docker-machine/driver-sdk";
import { addressKind } from "./addresses.js";
import { type Aws, openAws } from "./aws/aws.js";
import { checkQuota } from "./check-quota.js";
import { ingressSources } from "./ingress-sources.js";
import { launchData } from "./launch-input.js";
import { attemptsOf, type LaunchPlan, planLaunch } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import { checkPermissions } from "./plan-permissions.js";
import { planSecurityGroups, type SecurityGroupPlan } from "./security-group-plan.js";
import { describeRule, type IngressRule, wantedRules } from "./security-group-rules.js";
import { spotPrices } from "./spot-price.js";
import { TAG_KEYS } from "./tags.js";

/** What a machine would be made of. */
export interface Findings {
  readonly machine: Ec2Machine;
  readonly aws: Aws;
  readonly plan: LaunchPlan;
  readonly groups: readonly SecurityGroupPlan[];
  /** What groups of ours must let in. */
  readonly rules: readonly IngressRule[];
}

/**
 * Finds out what `create` would make, whether AWS permits it and whether the quota is enough, and makes nothing. The machine's folder gets a key and
 * its state a UUID, since permissions depend on tags; both go with the folder.
 *
 * @returns the plan, line by line
 * @throws {DriverError} `EC2_PERMISSION_MISSING`; `EC2_QUOTA_EXCEEDED` where it is for all that could be tried; what the launch itself would find wrong
 */
export async function planInstance(machine: Ec2Machine, host: Host): Promise<readonly string[]> {
  const findings = await find(machine, host);
  const { aws, plan } = findings;
  const permitted = await checkPermissions(findings, host);
  const { Arn = "unknown", Account = "unknown" } = await aws.sts("GetCallerIdentity", {});
  return [
    `In ${aws.region}, in the account ${Account}, as ${Arn}:`,
    `  instance: ${typesLine(plan)}`,
    `  market: ${marketLine(findings)}`,
    `  image: ${[...new Set(plan.types.map(({ image }) => `${image.id} (${image.name}, ${image.architecture}), user ${image.sshUser}`))].join("; ")}`,
    `  root volume: ${volumeLine(findings)}`,
    `  subnet: ${plan.subnets.map(({ id, zone }) => `${id} in ${zone}`).join(", else ")}, of ${plan.vpcId}`,
    `  address: ${addressLine(machine)}`,
    ...findings.groups.map((group) => `  security group: ${groupLine(group, findings)}`),
    `  key pair: ${machine.options.keypairName ?? "a new one"}`,
    `  tags: ${TAG_KEYS.storeId}=${await host.storeId()}, ${TAG_KEYS.machineName}=${machine.name}, ${TAG_KEYS.machineId}`,
    `  permitted: ${permitted.join(", ")}`,
    ...(await quotaLines(findings)).map((line) => `  quota: ${line}`),
    ...(await priceLines(findings)).map((line) => `  price: ${line}`),
    "Nothing was made. Whether AWS has capacity shows itself only when it is.",
  ];
}

async function find(machine: Ec2Machine, host: Host): Promise<Findings> {
  const { options, state } = machine;
  const aws = await openAws(machine, host);
  if (state.MachineId === undefined) await machine.persist({ MachineId: randomUUID() });
  const plan = await planLaunch(machine, aws);
  const groups = await planSecurityGroups(machine, host, aws, plan);
  const isOpened = !options.securityGroupReadonly && groups.some(({ isOurs }) => isOurs);
  const rules = isOpened ? wantedRules(options, await ingressSources({ options, vpcId: plan.vpcId }, host, aws)) : [];
  return { machine, aws, plan, groups, rules };
}

function typesLine({ types }: LaunchPlan): string {
  return types.map(({ type }) => `${type.name} (${type.vcpus} vCPUs, ${type.memoryMib} MiB, ${type.architecture})`).join(", else ");
}

function marketLine({ machine, plan }: Findings): string {
  const { spotPrice } = machine.options;
  const atMost = spotPrice === undefined || spotPrice === "" ? "the on-demand price" : `${spotPrice} USD an hour`;
  return plan.markets.map((market) => (market === "spot" ? `spot, for at most ${atMost}` : market)).join(", else ");
}

function volumeLine({ machine, plan }: Findings): string {
  const { options } = machine;
  const parts = { options, plan, access: { keyName: "", groupIds: [], tags: [] } };
  const volumes = plan.types.map((type) => {
    const [{ Ebs } = {}] = launchData(parts, type).BlockDeviceMappings;
    const key = Ebs?.KmsKeyId === undefined ? "" : ` with ${Ebs.KmsKeyId}`;
    return `${Ebs?.VolumeSize} GB ${Ebs?.VolumeType}${Ebs?.Encrypted === true ? `, encrypted${key}` : ""}`;
  });
  return [...new Set(volumes)].join(", else ");
}

function addressLine(machine: Ec2Machine): string {
  const { bastion } = machine.options;
  const kind = addressKind(machine);
  return bastion === undefined || bastion === "" ? kind : `${kind}, through ${bastion}`;
}

function groupLine({ name, group, isOurs }: SecurityGroupPlan, { rules }: Findings): string {
  const what = group === undefined ? "a new one" : `${group.GroupId}${isOurs ? "" : ", used as it is"}`;
  return `${name} (${what})${isOurs && rules.length > 0 ? `, which lets in ${rules.map(describeRule).join(", ")}` : ""}`;
}

/** One that is exceeded is only told while something else could be launched. */
async function quotaLines({ aws, plan }: Findings): Promise<readonly string[]> {
  const lines: string[] = [];
  const exceeded: unknown[] = [];
  const wanted = new Map(
    attemptsOf(plan).map(({ market, type }) => [`${market} ${type.name}`, { market, instanceType: type.name, vcpus: type.vcpus }]),
  );
  for (const each of wanted.values()) {
    try {
      lines.push(await checkQuota(aws, each));
    } catch (error) {
      if (!isDriverError(error) || error.code !== "EC2_QUOTA_EXCEEDED") throw error;
      exceeded.push(error);
      lines.push(error.message);
    }
  }
  if (exceeded.length === wanted.size) throw exceeded[0];
  return lines;
}

/** AWS tells the current spot prices; what else costs what is not known here, and not guessed. */
async function priceLines({ aws, plan }: Findings): Promise<readonly string[]> {
  const lines: string[] = [];
  if (plan.markets.includes("spot")) {
    const zones = plan.subnets.map(({ zone }) => zone);
    for (const { type } of plan.types) {
      const prices = (await spotPrices(aws, type.name)).filter(({ zone }) => zones.includes(zone));
      const told = prices.map(({ price, zone }) => `${price} USD an hour in ${zone}`).join(", ");
      lines.push(`${type.name} as a spot instance now ${told === "" ? "has no price" : `costs ${told}`}`);
    }
  }
  return [...lines, "volumes, addresses, traffic and on-demand instances: https://aws.amazon.com/ec2/pricing/"];
}
