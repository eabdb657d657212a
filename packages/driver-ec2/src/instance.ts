import type { Instance } from "@aws-sdk/client-ec2";
import { DriverError, type Host, type MachineStatus, throwIfAborted } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { describeInstance } from "./instance-batch.js";
import type { Ec2Machine } from "./machine.js";

/** For how long AWS may not know an instance that it has launched. Seconds are usual; it promises nothing. */
const UNKNOWN_FOR_MS = 5 * 60_000;

const STATUSES: Readonly<Record<string, MachineStatus>> = {
  pending: "Starting",
  running: "Running",
  stopping: "Stopping",
  "shutting-down": "Stopping",
  stopped: "Stopped",
  terminated: "NotFound",
};

/** What the machine's instance is doing. One that was launched a moment ago, and that AWS doesn't show yet, is starting. */
export async function instanceStatus(machine: Ec2Machine, host: Host): Promise<MachineStatus> {
  throwIfAborted(host.signal);
  const { InstanceId = "" } = machine.state;
  if (InstanceId === "") return "NotFound";
  const instance = await describeInstance(InstanceId, await openAws(machine, host), host);
  return instance === undefined ? statusOfUnknown(machine) : statusOf(instance);
}

/** A state of AWS's in docker-machine's words. */
export function statusOf(instance: Pick<Instance, "State" | "StateReason">): MachineStatus {
  if (isHibernated(instance)) return "Saved";
  return STATUSES[instance.State?.Name ?? ""] ?? "Error";
}

/** Whether its memory is on its disk. */
export function isHibernated({ State, StateReason }: Pick<Instance, "State" | "StateReason">): boolean {
  return State?.Name === "stopped" && StateReason?.Code === "Client.UserInitiatedHibernate";
}

/** Whether AWS may not know the machine's instance yet. */
export function isNew({ state: { LaunchedAt } }: Ec2Machine): boolean {
  return LaunchedAt !== undefined && Date.now() - Date.parse(LaunchedAt) < UNKNOWN_FOR_MS;
}

function statusOfUnknown(machine: Ec2Machine): MachineStatus {
  return isNew(machine) ? "Starting" : "NotFound";
}

/** The machine's instance, and AWS where it is. */
export interface LaunchedInstance {
  readonly id: string;
  readonly aws: Aws;
}

/**
 * Opens AWS for the machine's instance.
 *
 * @throws {DriverError} `EC2_INSTANCE_MISSING` if none was launched
 */
export async function openInstance(machine: Ec2Machine, host: Host): Promise<LaunchedInstance> {
  throwIfAborted(host.signal);
  const { InstanceId = "" } = machine.state;
  if (InstanceId === "") throw missing(machine, "has no instance");
  return { id: InstanceId, aws: await openAws(machine, host) };
}

/**
 * What AWS knows of an instance that must be there; `undefined` while it doesn't know it yet.
 *
 * @throws {DriverError} `EC2_INSTANCE_MISSING`; `EC2_INSTANCE_TERMINATED` with AWS's reason; an {@link AwsError}
 */
export async function expectInstance(machine: Ec2Machine, { id, aws }: LaunchedInstance, host: Host): Promise<Instance | undefined> {
  const instance = await describeInstance(id, aws, host);
  if (instance === undefined) {
    if (isNew(machine)) return undefined;
    throw missing(machine, `had the instance ${id} in ${aws.region}, which is gone`);
  }
  const state = instance.State?.Name;
  if (state === "terminated" || state === "shutting-down") throw terminated(machine, instance);
  return instance;
}

function missing({ name }: Ec2Machine, problem: string): DriverError {
  return new DriverError("EC2_INSTANCE_MISSING", `The machine "${name}" ${problem}.`, {
    suggestions: [`docker-machine rm -y ${name}`, `docker-machine create -d amazonec2 ${name}`],
  });
}

/** What to type next, by the reason of AWS's. Source: StateReason in the API reference of Amazon EC2. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  "Client.VolumeLimitExceeded": [
    "aws service-quotas list-service-quotas --service-code ebs --query \"Quotas[?contains(QuotaName, 'Storage')].[QuotaName,QuotaCode,Value]\"",
  ],
  "Client.InternalError": ["Usually the KMS key of the volume may not be used. Try without: leave out --amazonec2-volume-kms-key"],
  "Client.InvalidSnapshot.NotFound": ["Another image: leave out --amazonec2-ami"],
  "Server.InsufficientInstanceCapacity": [
    "Several types, which are tried in turn: --amazonec2-instance-type t3.micro --amazonec2-instance-type t3a.micro",
  ],
  "Server.SpotInstanceTermination": ["An instance that AWS doesn't take back: leave out --amazonec2-request-spot-instance"],
};

function terminated({ name }: Ec2Machine, { InstanceId, State, StateReason }: Instance): DriverError {
  const reason = StateReason?.Message ?? StateReason?.Code ?? "AWS gives no reason";
  return new DriverError("EC2_INSTANCE_TERMINATED", `The instance ${InstanceId} of the machine "${name}" is ${State?.Name}: ${reason}.`, {
    suggestions: [...(REASONS[StateReason?.Code ?? ""] ?? []), `docker-machine rm -y ${name}`],
  });
}
