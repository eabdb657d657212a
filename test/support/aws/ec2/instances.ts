import type {
  InstanceStateChange,
  ModifyInstanceMetadataOptionsCommandInput,
  ModifyInstanceMetadataOptionsCommandOutput,
  RebootInstancesCommandInput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { required, requiredList, stopAtDryRun } from "./checks.ts";
import { checkCapacity, checkLimits } from "./launch.ts";
import { metadataOptions } from "./launch-options.ts";
import { BY_USER, beginStart, beginStop, beginTermination, hosted, onHost } from "./life-cycle.ts";
import type { Region } from "./region.ts";
import type { Instance, InstanceState } from "./resources.ts";
import { STATE_CODES } from "./shown-instance.ts";
import { setRequest } from "./spot-life.ts";

function startInstances(region: Region, input: StartInstancesCommandInput): Partial<StartInstancesCommandOutput> {
  const instances = region.instances.used(requiredList(input.InstanceIds, "instancesSet"));
  for (const instance of instances) {
    checkState(instance, ["pending", "running", "stopped"], "started");
    checkSpotStart(region, instance);
  }
  stopAtDryRun(input);
  const stopped = instances.filter(({ state }) => state === "stopped");
  for (const { plan } of stopped) {
    checkLimits(region, plan, 1);
    checkCapacity(region, plan);
  }
  return { StartingInstances: changes(instances, (instance) => startOne(region, instance)) };
}

/** Only EC2 restarts a spot instance that it stopped itself. */
function checkSpotStart(region: Region, instance: Instance): void {
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request === undefined || instance.state !== "stopped" || request.state === "disabled") return;
  throw new AwsFault(
    "IncorrectSpotRequestState",
    `You can't start the Spot Instance '${instance.id}' because the associated Spot Instance request is not in an appropriate state to support start.`,
  );
}

function startOne(region: Region, instance: Instance): void {
  if (instance.state !== "stopped") return;
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request !== undefined) setRequest(region, request, "active", "fulfilled");
  beginStart(region, instance);
}

function stopInstances(region: Region, input: StopInstancesCommandInput): Partial<StopInstancesCommandOutput> {
  const instances = region.instances.used(requiredList(input.InstanceIds, "instancesSet"));
  for (const instance of instances) {
    if (instance.state === "pending") {
      throw new AwsFault(
        "IncorrectInstanceState",
        `Instance '${instance.id}' cannot be stopped as it has never reached the 'running' state.`,
      );
    }
    checkState(instance, ["running", "stopped", "stopping"], "stopped");
    checkStoppable(instance);
  }
  const cold = instances.filter(({ plan }) => !plan.hibernation).map(({ id }) => id);
  if (input.Hibernate === true && cold.length > 0) {
    throw new AwsFault(
      "UnsupportedHibernationConfiguration",
      `The instance can't be hibernated because it was not configured at launch for hibernation: ${cold.join(", ")}`,
    );
  }
  if (input.Hibernate === true && input.Force === true) {
    throw new AwsFault("InvalidParameterCombination", "The parameter hibernate cannot be used with the parameter force");
  }
  stopAtDryRun(input);
  return {
    StoppingInstances: changes(instances, (instance) => stopOne(region, instance, input.Hibernate === true ? "hibernate" : "stop")),
  };
}

function checkStoppable(instance: Instance): void {
  if (instance.plan.spot?.type === "one-time") {
    throw new AwsFault(
      "UnsupportedOperation",
      `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. ` +
        "You can only stop Spot Instances associated with persistent Spot Instance requests.",
    );
  }
  if (!instance.apiStop) {
    throw new AwsFault(
      "OperationNotPermitted",
      `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    );
  }
}

function stopOne(region: Region, instance: Instance, kind: "hibernate" | "stop"): void {
  if (instance.state !== "running") return;
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request !== undefined && request.state !== "cancelled") setRequest(region, request, "disabled", "instance-stopped-by-user");
  beginStop(
    region,
    instance,
    kind === "hibernate" ? { code: "Client.UserInitiatedHibernate", message: "User initiated hibernate" } : BY_USER,
    kind,
  );
}

function rebootInstances(region: Region, input: RebootInstancesCommandInput): undefined {
  const instances = region.instances.used(requiredList(input.InstanceIds, "instancesSet"));
  for (const instance of instances) checkState(instance, ["pending", "running"], "rebooted");
  stopAtDryRun(input);
  const { hosts } = region.account;
  if (hosts === undefined) return;
  for (const instance of instances) void onHost(region, instance, () => hosts.reboot?.(hosted(region, instance))).catch(() => undefined);
}

/** Terminating what is terminated already succeeds, as long as it's still known. */
function terminateInstances(region: Region, input: TerminateInstancesCommandInput): Partial<TerminateInstancesCommandOutput> {
  const instances = region.instances.used(requiredList(input.InstanceIds, "instancesSet"));
  const kept = instances.find(({ apiTermination, state }) => !apiTermination && state !== "terminated");
  if (kept !== undefined) {
    throw new AwsFault(
      "OperationNotPermitted",
      `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
  stopAtDryRun(input);
  return { TerminatingInstances: changes(instances, (instance) => beginTermination(region, instance, BY_USER)) };
}

function checkState(instance: Instance, allowed: readonly InstanceState[], done: string): void {
  if (allowed.includes(instance.state)) return;
  throw new AwsFault("IncorrectInstanceState", `The instance '${instance.id}' is not in a state from which it can be ${done}.`);
}

function changes(instances: readonly Instance[], change: (instance: Instance) => void): InstanceStateChange[] {
  return instances.map((instance) => {
    const before = instance.state;
    change(instance);
    return { InstanceId: instance.id, PreviousState: shownState(before), CurrentState: shownState(instance.state) };
  });
}

function shownState(state: InstanceState): { Code: number; Name: InstanceState } {
  return { Code: STATE_CODES[state], Name: state };
}

function modifyMetadata(
  region: Region,
  input: ModifyInstanceMetadataOptionsCommandInput,
): Partial<ModifyInstanceMetadataOptionsCommandOutput> {
  const instance = region.instances.usedOne(required(input.InstanceId, "InstanceId"));
  const { DryRun: _, InstanceId, ...options } = input;
  const metadata = metadataOptions(options, instance.metadata);
  stopAtDryRun(input);
  instance.metadata = metadata;
  return { InstanceId: instance.id, InstanceMetadataOptions: { State: "pending", ...metadata } };
}

export const instanceActions = {
  ModifyInstanceMetadataOptions: modifyMetadata,
  RebootInstances: rebootInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
} satisfies Actions;
