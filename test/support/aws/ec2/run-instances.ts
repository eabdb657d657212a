import type { RunInstancesCommandInput, RunInstancesRequest, Reservation as ShownReservation } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { checkBetween, required, stopAtDryRun } from "./checks.ts";
import { hexId } from "./kinds.ts";
import { checkCapacity, checkLimits, launchOne } from "./launch.ts";
import { launchPlan } from "./launch-plan.ts";
import { mergedTemplate } from "./launch-templates.ts";
import type { Region } from "./region.ts";
import type { Instance } from "./resources.ts";
import { shownInstance } from "./shown-instance.ts";

function runInstances(region: Region, input: RunInstancesCommandInput): ShownReservation {
  const earlier = earlierLaunch(region, input);
  if (earlier !== undefined) return earlier;
  const { ClientToken: token, LaunchTemplate: template, ...asked } = input;
  const request: RunInstancesRequest = template === undefined ? asked : mergedTemplate(region, template, asked);
  const [least, most] = counts(request);
  const plan = launchPlan(region, request);
  stopAtDryRun(input);
  const count = affordable(least, most, (wanted) => checkLimits(region, plan, wanted));
  checkCapacity(region, plan);
  const id = hexId("r");
  region.tokens.remember("RunInstances", input, id);
  const clientToken = token === undefined ? {} : { clientToken: token };
  const instances = Array.from({ length: count }, (_, index) => launchOne(region, plan, undefined, { id, index, ...clientToken }));
  return reservation(region, id, instances);
}

/** What a launch with the same client token has made before. */
function earlierLaunch(region: Region, input: RunInstancesCommandInput): ShownReservation | undefined {
  const id = region.tokens.earlier("RunInstances", input);
  if (id === undefined) return undefined;
  const instances = region.instances.all().filter(({ reservationId }) => reservationId === id);
  if (instances.every(({ state }) => state === "terminated" || state === "shutting-down")) {
    throw new AwsFault("IdempotentInstanceTerminated", "The instance for this idempotent request has been terminated.");
  }
  stopAtDryRun(input);
  return reservation(region, id, instances);
}

function counts(request: RunInstancesRequest): [number, number] {
  const least = required(request.MinCount, "MinCount");
  const most = required(request.MaxCount, "MaxCount");
  checkBetween(least, 1, 1000, "minCount");
  checkBetween(most, 1, 1000, "maxCount");
  if (most < least)
    throw new AwsFault("InvalidParameterValue", "The value for 'minCount' must be less than or equal to the value for 'maxCount'");
  return [least, most];
}

/** As many as limits allow, and not fewer than the least. */
function affordable(least: number, most: number, check: (count: number) => void): number {
  check(least);
  for (let count = most; count > least; count -= 1) {
    try {
      check(count);
      return count;
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
    }
  }
  return least;
}

function reservation(region: Region, id: string, instances: readonly Instance[]): ShownReservation {
  return {
    ReservationId: id,
    OwnerId: region.account.id,
    Groups: [],
    Instances: instances.map((instance) => shownInstance(region, instance)),
  };
}

export const runInstancesActions = { RunInstances: runInstances } satisfies Actions;
