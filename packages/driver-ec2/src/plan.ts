import { type Host, isDriverError } from "@docker-machine/driver-sdk";
import { addressKind } from "./addresses.js";
import { checkQuota } from "./check-quota.js";
import { launchData } from "./launch-input.js";
import { attemptsOf, type LaunchPlan } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import { checkPermissions } from "./plan-permissions.js";
import { findPlanned, type PlannedMachine } from "./planned-machine.js";
import type { SecurityGroupPlan } from "./security-group-plan.js";
import { describeRule } from "./security-group-rules.js";
import { spotPrices } from "./spot-price.js";
import { TAG_KEYS } from "./tags.js";

/**
 * Finds out what `create` would make, whether AWS permits it and whether the quota is enough, and makes nothing. The machine's folder gets a key and
 * its state a UUID, since permissions depend on tags; both go with the folder.
 *
 * @returns the plan, line by line
 * @throws {DriverError} `EC2_PERMISSION_MISSING`; `EC2_QUOTA_EXCEEDED` where it is for all that could be tried; what the launch itself would find wrong
 */
export async function planInstance(machine: Ec2Machine, host: Host): Promise<readonly string[]> {
  const planned = await findPlanned(machine, host);
  const { aws, plan } = planned;
  const permitted = await checkPermissions(planned, host);
  const { Arn = "unknown", Account = "unknown" } = await aws.sts("GetCallerIdentity", {});
  return [
    `In ${aws.region}, in the account ${Account}, as ${Arn}:`,
    `  instance: ${typesLine(plan)}`,
    `  market: ${marketLine(planned)}`,
    `  image: ${[...new Set(plan.types.map(({ image }) => `${image.id} (${image.name}, ${image.architecture}), user ${image.sshUser}`))].join("; ")}`,
    `  root volume: ${volumeLine(planned)}`,
    `  subnet: ${plan.subnets.map(({ id, zone }) => `${id} in ${zone}`).join(", else ")}, of ${plan.vpcId}`,
    `  address: ${addressLine(machine)}`,
    ...planned.groups.map((group) => `  security group: ${groupLine(group, planned)}`),
    `  key pair: ${machine.options.keypairName || "a new one"}`,
    `  tags: ${TAG_KEYS.storeId}=${await host.storeId()}, ${TAG_KEYS.machineName}=${machine.name}, ${TAG_KEYS.machineId}`,
    `  permitted: ${permitted.join(", ")}`,
    ...(await quotaLines(planned)).map((line) => `  quota: ${line}`),
    ...(await priceLines(planned)).map((line) => `  price: ${line}`),
    "Nothing was made. Whether AWS has capacity shows itself only when it is.",
  ];
}

function typesLine({ types }: LaunchPlan): string {
  return types.map(({ type }) => `${type.name} (${type.vcpus} vCPUs, ${type.memoryMib} MiB, ${type.architecture})`).join(", else ");
}

function marketLine({ machine, plan }: PlannedMachine): string {
  const { spotPrice } = machine.options;
  const atMost = spotPrice === undefined || spotPrice === "" ? "the on-demand price" : `${spotPrice} USD an hour`;
  return plan.markets.map((market) => (market === "spot" ? `spot, for at most ${atMost}` : market)).join(", else ");
}

function volumeLine({ machine, plan }: PlannedMachine): string {
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

function groupLine({ name, group, isOurs }: SecurityGroupPlan, { rules }: PlannedMachine): string {
  const what = group === undefined ? "a new one" : `${group.GroupId}${isOurs ? "" : ", used as it is"}`;
  return `${name} (${what})${isOurs && rules.length > 0 ? `, which lets in ${rules.map(describeRule).join(", ")}` : ""}`;
}

/** One that is exceeded is only told while something else could be launched. */
async function quotaLines({ aws, plan }: PlannedMachine): Promise<readonly string[]> {
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
async function priceLines({ aws, plan }: PlannedMachine): Promise<readonly string[]> {
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
