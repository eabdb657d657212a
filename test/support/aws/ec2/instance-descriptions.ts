import type {
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  GetConsoleOutputCommandInput,
  GetConsoleOutputCommandOutput,
  InstanceStatus,
} from "@aws-sdk/client-ec2";
import type { Actions } from "./actions.ts";
import { invalidCombination, required, stopAtDryRun } from "./checks.ts";
import { type FilterValues, filtered } from "./filters.ts";
import { type PageRequest, page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { Instance } from "./resources.ts";
import { STATE_CODES, shownReservations } from "./shown-instance.ts";

function describeInstances(region: Region, input: DescribeInstancesCommandInput): Partial<DescribeInstancesCommandOutput> {
  checkPages(input.InstanceIds, input);
  const instances = region.instances.found(input.InstanceIds);
  stopAtDryRun(input);
  const { items, next } = page(region, filtered(instances, input.Filters, filtersOf(region)), input);
  return { Reservations: shownReservations(region, items), ...next };
}

function checkPages(ids: readonly string[] | undefined, request: PageRequest): void {
  if (ids !== undefined && ids.length > 0 && request.MaxResults !== undefined) {
    throw invalidCombination("The parameter instancesSet cannot be used with the parameter maxResults");
  }
}

function filtersOf(region: Region): FilterValues<Instance> {
  const interfaceOf = (instance: Instance) => region.interfaces.at(instance.interfaceId);
  return {
    architecture: ({ plan }) => plan.image.architecture,
    "availability-zone": ({ plan }) => plan.subnet.zone.name,
    "client-token": ({ clientToken }) => clientToken,
    "dns-name": () => undefined,
    "image-id": ({ plan }) => plan.image.id,
    "instance-id": ({ id }) => id,
    "instance-lifecycle": ({ plan }) => (plan.spot === undefined ? undefined : "spot"),
    "instance-state-code": ({ state }) => String(STATE_CODES[state]),
    "instance-state-name": ({ state }) => state,
    "instance-type": ({ plan }) => plan.type.name,
    "instance.group-id": (instance) => (interfaceOf(instance)?.groups ?? []).map(({ id }) => id),
    "instance.group-name": (instance) => (interfaceOf(instance)?.groups ?? []).map(({ name }) => name),
    "ip-address": ({ publicAddress }) => publicAddress,
    "key-name": ({ plan }) => plan.keyPair?.name,
    "network-interface.network-interface-id": ({ interfaceId }) => interfaceId,
    "network-interface.group-id": (instance) => (interfaceOf(instance)?.groups ?? []).map(({ id }) => id),
    "owner-id": () => region.account.id,
    "private-ip-address": ({ privateAddress }) => privateAddress,
    "reservation-id": ({ reservationId }) => reservationId,
    "spot-instance-request-id": ({ spotRequestId }) => spotRequestId,
    "subnet-id": ({ plan, state }) => (state === "terminated" ? undefined : plan.subnet.id),
    "vpc-id": ({ plan, state }) => (state === "terminated" ? undefined : plan.subnet.vpc.id),
  };
}

/** Without `IncludeAllInstances`, only running ones are described. */
function describeInstanceStatus(region: Region, input: DescribeInstanceStatusCommandInput): Partial<DescribeInstanceStatusCommandOutput> {
  checkPages(input.InstanceIds, input);
  const instances = region.instances.found(input.InstanceIds);
  stopAtDryRun(input);
  const shown = instances.filter(({ state }) => input.IncludeAllInstances === true || state === "running");
  const matching = filtered(shown, input.Filters, {
    "availability-zone": ({ plan }) => plan.subnet.zone.name,
    "instance-state-name": ({ state }) => state,
    "instance-state-code": ({ state }) => String(STATE_CODES[state]),
  });
  const { items, next } = page(region, matching, input);
  return { InstanceStatuses: items.map(statusOf), ...next };
}

function statusOf(instance: Instance): InstanceStatus {
  const Status = instance.state === "running" ? "ok" : "not-applicable";
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.plan.subnet.zone.name,
    InstanceState: { Code: STATE_CODES[instance.state], Name: instance.state },
    InstanceStatus: { Status, Details: Status === "ok" ? [{ Name: "reachability", Status: "passed" }] : [] },
    SystemStatus: { Status, Details: Status === "ok" ? [{ Name: "reachability", Status: "passed" }] : [] },
  };
}

/** There's no console: it has written nothing. */
function getConsoleOutput(region: Region, input: GetConsoleOutputCommandInput): Partial<GetConsoleOutputCommandOutput> {
  const [instance] = region.instances.found([required(input.InstanceId, "InstanceId")]);
  stopAtDryRun(input);
  return { InstanceId: instance?.id, Timestamp: new Date(region.account.now()) };
}

export const instanceDescriptionActions = {
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstances: describeInstances,
  GetConsoleOutput: getConsoleOutput,
} satisfies Actions;
