import { randomUUID } from "node:crypto";
import type { Instance } from "@aws-sdk/client-ec2";
import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { type Refusal, refusalScope, refusedError } from "./capacity.js";
import { findLaunched } from "./find-launched.js";
import { isFleetLaunch, launchFleet } from "./fleet.js";
import { type LaunchAccess, runInput } from "./launch-input.js";
import { attemptsOf, type LaunchAttempt, type LaunchPlan } from "./launch-plan.js";
import type { Launching } from "./launching.js";
import type { Ec2Machine } from "./machine.js";
import { UNKNOWN_GROUP } from "./security-group.js";
import { whenKnown } from "./when-known.js";

/** What AWS answers while it doesn't know what was made just before. */
const NOT_YET_KNOWN = ["InvalidKeyPair.NotFound"] as const;

/** What AWS answers when a token was used for another request, or for an instance that is terminated since. */
const SPENT_TOKEN = ["IdempotentParameterMismatch", "IdempotentInstanceTerminated"] as const;

/**
 * Launches the machine's instance, once: a launch whose answer was lost is repeated with the same client token, which makes AWS answer with the same
 * instance. Instance types and subnets are tried in turn while AWS has no capacity. The state tells before each request what is asked for, and after it
 * what there is.
 *
 * @throws {DriverError} an {@link AwsError}; `EC2_CAPACITY_MISSING` when all attempts were refused
 */
export async function launch(machine: Ec2Machine, host: Host, aws: Aws, plan: LaunchPlan, access: LaunchAccess): Promise<void> {
  const launching = { machine, host, aws, parts: { options: machine.options, plan, access } };
  const refusals: Refusal[] = [];
  if (isFleetLaunch(machine, plan)) {
    if (await launchFleet(launching, plan, refusals)) return;
  }
  const isTriedByFleet = refusals.length > 0;
  const attempts = attemptsOf(plan).filter(({ market }) => !(isTriedByFleet && market === "spot"));
  for (const attempt of inOrder(attempts, machine)) {
    if (isHopeless(attempt, refusals)) continue;
    const refusal = await tryLaunch(launching, attempt);
    if (refusal === undefined) return;
    refusals.push(refusal);
    host.log.info(`${refusal.error.awsCode} for ${describe(attempt)}.`);
  }
  throw refusedError(refusals, aws.region);
}

/** The one that is under way comes first. */
function inOrder(attempts: readonly LaunchAttempt[], { state }: Ec2Machine): readonly LaunchAttempt[] {
  const isUnderWay = ({ market, subnet, type }: LaunchAttempt) =>
    state.LaunchToken !== undefined && state.LaunchedBy === market && state.SubnetId === subnet.id && state.InstanceType === type.name;
  return [...attempts.filter(isUnderWay), ...attempts.filter((attempt) => !isUnderWay(attempt))];
}

/** A quota that a type has used up in one subnet is used up in all. */
function isHopeless({ market, type }: LaunchAttempt, refusals: readonly Refusal[]): boolean {
  return refusals.some(
    ({ attempt, error }) => refusalScope(error) === "instance type" && attempt.typeName === type.name && attempt.market === market,
  );
}

async function tryLaunch(launching: Launching, attempt: LaunchAttempt): Promise<Refusal | undefined> {
  const { host, machine } = launching;
  host.progress(`Launching ${describe(attempt)}`);
  try {
    await saveLaunched(machine, await runInstance(launching, attempt));
    return undefined;
  } catch (error) {
    const isRefusal = refusalScope(error) !== undefined;
    // Nothing was launched with the token, and AWS wants another one for another request.
    if (isRefusal || isAwsCode(error, ...UNKNOWN_GROUP)) await machine.persist({ LaunchToken: undefined });
    if (!isRefusal) throw error;
    return {
      attempt: { market: attempt.market, typeName: attempt.type.name, zone: attempt.subnet.zone },
      error: error as Refusal["error"],
    };
  }
}

async function runInstance(launching: Launching, attempt: LaunchAttempt): Promise<Instance> {
  const { aws, host, machine, parts } = launching;
  const token = await saveAttempt(launching, attempt);
  try {
    const { Instances = [] } = await whenKnown(host, NOT_YET_KNOWN, () => aws.ec2("RunInstances", runInput(parts, attempt, token)));
    const [instance] = Instances;
    if (instance !== undefined) return instance;
    throw new TypeError("RunInstances answered with no instance.");
  } catch (error) {
    if (!isAwsCode(error, ...SPENT_TOKEN)) throw error;
    // What was asked for with the token before may have been refused, or be running, with what the options or the user data's file were then.
    const earlier = error.awsCode === "IdempotentParameterMismatch" ? await findLaunched(machine, aws, host) : undefined;
    if (earlier !== undefined) return earlier;
    await machine.persist({ LaunchToken: undefined });
    return runInstance(launching, attempt);
  }
}

/** Saves what is asked for before it is: the token stays only if the request stays, too. */
async function saveAttempt({ machine }: Launching, { image, market, subnet, type }: LaunchAttempt): Promise<string> {
  const { state } = machine;
  const isSame = state.LaunchedBy === market && state.AMI === image.id && state.InstanceType === type.name && state.SubnetId === subnet.id;
  const LaunchToken = isSame && state.LaunchToken !== undefined ? state.LaunchToken : randomUUID();
  await machine.persist({
    LaunchToken,
    LaunchedBy: market,
    AMI: image.id,
    InstanceType: type.name,
    SubnetId: subnet.id,
    SSHUser: image.sshUser,
  });
  return LaunchToken;
}

/** Saves what there is now. */
async function saveLaunched(machine: Ec2Machine, { InstanceId, SpotInstanceRequestId }: Instance): Promise<void> {
  await machine.persist({
    InstanceId,
    LaunchedAt: new Date().toISOString(),
    ...(SpotInstanceRequestId === undefined ? {} : { SpotInstanceRequestId }),
  });
}

function describe({ market, subnet, type }: LaunchAttempt): string {
  return `${type.name} in ${subnet.zone}${market === "spot" ? " as a spot instance" : ""}`;
}
