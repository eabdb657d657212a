import type {
  _InstanceType,
  CancelSpotInstanceRequestsCommandInput,
  CancelSpotInstanceRequestsCommandOutput,
  DescribeSpotInstanceRequestsCommandInput,
  DescribeSpotInstanceRequestsCommandOutput,
  DescribeSpotPriceHistoryCommandInput,
  DescribeSpotPriceHistoryCommandOutput,
  SpotInstanceRequest,
} from "@aws-sdk/client-ec2";
import type { Actions } from "./actions.ts";
import { requiredList, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { INSTANCE_TYPES, untagged } from "./instance-types.ts";
import { beginTermination } from "./life-cycle.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { SpotRequest } from "./resources.ts";
import { setRequest } from "./spot-life.ts";
import { tagsOf } from "./tags.ts";

/**
 * A cancelled request launches nothing any more. Its instance goes on, unless it is stopped: then it's terminated.
 *
 * Source: "Cancel a Spot Instance request" and "Behavior of Spot Instance interruptions" of the EC2 user guide.
 */
function cancelSpotRequests(
  region: Region,
  input: CancelSpotInstanceRequestsCommandInput,
): Partial<CancelSpotInstanceRequestsCommandOutput> {
  const requests = region.spotRequests.used(requiredList(input.SpotInstanceRequestIds, "spotInstanceRequestId"));
  stopAtDryRun(input);
  for (const request of requests) cancel(region, request);
  return { CancelledSpotInstanceRequests: requests.map(({ id, state }) => ({ SpotInstanceRequestId: id, State: cancelledState(state) })) };
}

function cancel(region: Region, request: SpotRequest): void {
  if (request.state === "closed" || request.state === "cancelled" || request.state === "failed") return;
  const instance = region.instances.at(request.instanceId);
  const alive = instance !== undefined && instance.state !== "terminated" && instance.state !== "shutting-down";
  delete request.refillAt;
  setRequest(region, request, "cancelled", alive ? "request-canceled-and-instance-running" : "canceled-before-fulfillment");
  if (instance?.state === "stopped" || instance?.state === "stopping") {
    beginTermination(region, instance, {
      code: "Server.SpotInstanceTermination",
      message: "Server.SpotInstanceTermination: Spot request cancelled",
    });
  }
}

function cancelledState(state: SpotRequest["state"]): "active" | "cancelled" | "closed" | "completed" | "open" {
  return state === "closed" ? "closed" : "cancelled";
}

function describeSpotRequests(
  region: Region,
  input: DescribeSpotInstanceRequestsCommandInput,
): Partial<DescribeSpotInstanceRequestsCommandOutput> {
  const requests = region.spotRequests.found(input.SpotInstanceRequestIds);
  stopAtDryRun(input);
  const matching = filtered(requests, input.Filters, {
    "instance-id": ({ instanceId }) => instanceId,
    "launch.image-id": ({ plan }) => plan.image.id,
    "launch.instance-type": ({ plan }) => plan.type.name,
    "launched-availability-zone": ({ plan }) => plan.subnet.zone.name,
    "spot-instance-request-id": ({ id }) => id,
    "spot-price": ({ plan }) => plan.spot.maxPrice,
    state: ({ state }) => state,
    "status-code": ({ status }) => status.Code,
    type: ({ plan }) => plan.spot.type,
  });
  const { items, next } = page(region, matching, input);
  return { SpotInstanceRequests: items.map(shown), ...next };
}

function shown(request: SpotRequest): SpotInstanceRequest {
  const { plan } = request;
  return {
    SpotInstanceRequestId: request.id,
    SpotPrice: plan.spot.maxPrice,
    Type: plan.spot.type,
    State: request.state,
    Status: { ...request.status, UpdateTime: request.statusChanged },
    CreateTime: request.created,
    ...(plan.spot.validUntil === undefined ? {} : { ValidUntil: plan.spot.validUntil }),
    ...(request.instanceId === undefined ? {} : { InstanceId: request.instanceId }),
    InstanceInterruptionBehavior: plan.spot.interruption,
    LaunchSpecification: {
      ImageId: plan.image.id,
      InstanceType: plan.type.name as _InstanceType,
      SubnetId: plan.subnet.id,
      Placement: { AvailabilityZone: plan.subnet.zone.name },
      SecurityGroups: plan.groups.map((group) => ({ GroupId: group.id, GroupName: group.name })),
      ...(plan.keyPair === undefined ? {} : { KeyName: plan.keyPair.name }),
    },
    LaunchedAvailabilityZone: plan.subnet.zone.name,
    ProductDescription: "Linux/UNIX",
    Tags: tagsOf(request),
  };
}

/** One price for each type and zone: it doesn't change here. */
function describePrices(region: Region, input: DescribeSpotPriceHistoryCommandInput): Partial<DescribeSpotPriceHistoryCommandOutput> {
  stopAtDryRun(input);
  const types = input.InstanceTypes?.length ? new Set<string>(input.InstanceTypes) : undefined;
  const prices = region.zones
    .filter(({ name }) => input.AvailabilityZone === undefined || input.AvailabilityZone === name)
    .flatMap((zone) =>
      [...INSTANCE_TYPES.values()]
        .filter(({ name }) => (types?.has(name) ?? true) && region.offers(name, zone.name))
        .map((type) => ({ ...untagged(`${type.name}@${zone.name}`), zone: zone.name, type })),
    );
  const matching = filtered(prices, input.Filters, {
    "availability-zone": ({ zone }) => zone,
    "instance-type": ({ type }) => type.name,
    "product-description": () => "Linux/UNIX",
    "spot-price": ({ type }) => type.spotPrice,
  });
  const { items, next } = page(region, matching, input, 1);
  const Timestamp = input.StartTime ?? new Date(region.account.now());
  return {
    SpotPriceHistory: items.map(({ type, zone }) => ({
      AvailabilityZone: zone,
      InstanceType: type.name as _InstanceType,
      ProductDescription: "Linux/UNIX",
      SpotPrice: type.spotPrice,
      Timestamp,
    })),
    ...next,
  };
}

export const spotRequestActions = {
  CancelSpotInstanceRequests: cancelSpotRequests,
  DescribeSpotInstanceRequests: describeSpotRequests,
  DescribeSpotPriceHistory: describePrices,
} satisfies Actions;
