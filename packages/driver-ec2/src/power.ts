import { type Host, waitFor } from "@docker-machine/driver-sdk";
import { awaitRunning } from "./await-running.js";
import type { Ec2Input } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { expectInstance, isHibernated, type LaunchedInstance, openInstance } from "./instance.js";
import type { Ec2Machine } from "./machine.js";

/** A guest that doesn't shut down loses its power after some minutes, by AWS's doing. */
const STOPPED_WITHIN_MS = 15 * 60_000;

type StopOptions = Pick<Ec2Input<"StopInstances">, "Force" | "Hibernate">;

/** Starts the machine's instance, wakes a hibernated one, and saves its new addresses. One that is still stopping is waited for. */
export async function startInstance(machine: Ec2Machine, host: Host): Promise<void> {
  const launched = await openInstance(machine, host);
  await beginStart(machine, launched, host);
  await awaitRunning(machine, launched, host);
}

/** Shuts the guest down, and waits until the instance is stopped. */
export async function stopInstance(machine: Ec2Machine, host: Host): Promise<void> {
  const launched = await openInstance(machine, host);
  await beginStop(machine, launched, host, {});
  await awaitStopped(machine, launched, host);
}

/** Cuts the power. Memory on disk is lost when a hibernated instance has been started and cut off. */
export async function killInstance(machine: Ec2Machine, host: Host): Promise<void> {
  const launched = await openInstance(machine, host);
  const instance = await expectInstance(machine, launched, host);
  if (instance !== undefined && isHibernated(instance)) await startInstance(machine, host);
  await beginStop(machine, launched, host, { Force: true });
  await awaitStopped(machine, launched, host);
}

/** Hibernates the instance: the guest writes its memory to the encrypted root volume. */
export async function hibernateInstance(machine: Ec2Machine, host: Host): Promise<void> {
  const launched = await openInstance(machine, host);
  const before = await expectInstance(machine, launched, host);
  if (before?.State?.Name === "stopped") return;
  await beginStop(machine, launched, host, { Hibernate: true });
  await awaitStopped(machine, launched, host);
  const after = await expectInstance(machine, launched, host);
  if (after !== undefined && !isHibernated(after)) {
    host.log.warn(`The guest could not hibernate, so it was shut down: ${after.StateReason?.Message ?? "AWS gives no reason"}.`);
  }
}

/** Starts, unless the instance has not finished stopping: AWS's answer knows its state, where a look could be outdated. */
async function beginStart(machine: Ec2Machine, launched: LaunchedInstance, host: Host): Promise<void> {
  const { id, aws } = launched;
  await whenStateAllows(machine, launched, host, () => aws.ec2("StartInstances", { InstanceIds: [id] }));
}

/** Stops, unless the instance hasn't finished starting. */
async function beginStop(machine: Ec2Machine, launched: LaunchedInstance, host: Host, how: StopOptions): Promise<void> {
  const { id, aws } = launched;
  await whenStateAllows(machine, launched, host, () => aws.ec2("StopInstances", { InstanceIds: [id], ...how }));
}

async function whenStateAllows(machine: Ec2Machine, launched: LaunchedInstance, host: Host, action: () => Promise<unknown>): Promise<void> {
  const attempt = async () => {
    try {
      await action();
      return true;
    } catch (error) {
      if (!isAwsCode(error, "IncorrectInstanceState", "InvalidInstanceID.NotFound")) throw error;
      await expectInstance(machine, launched, host);
      host.log.debug(error.message);
      return false;
    }
  };
  await waitFor(host, attempt, {
    description: `the instance ${launched.id} in ${launched.aws.region} to end what it is doing`,
    timeoutMs: STOPPED_WITHIN_MS,
    intervalMs: 1000,
    timeoutCode: "EC2_STATE_TIMEOUT",
  });
}

async function awaitStopped(machine: Ec2Machine, launched: LaunchedInstance, host: Host): Promise<void> {
  host.progress(`Waiting until ${launched.id} is stopped`);
  await waitFor(host, async () => (await expectInstance(machine, launched, host))?.State?.Name === "stopped", {
    description: `the instance ${launched.id} in ${launched.aws.region} to stop`,
    timeoutMs: STOPPED_WITHIN_MS,
    intervalMs: 1000,
    timeoutCode: "EC2_STOP_TIMEOUT",
  });
}
