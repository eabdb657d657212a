import { launchOne } from "./launch.ts";
import { beginStart, beginStop, beginTermination } from "./life-cycle.ts";
import type { Region } from "./region.ts";
import type { Instance, SpotRequest } from "./resources.ts";

/** Status codes and texts: "Get the status of a Spot Instance request" of the EC2 user guide. */
const STATUS = {
  "bad-parameters": "Your Spot request parameters are not valid.",
  fulfilled: "Your Spot request is fulfilled.",
  "instance-stopped-by-user": "Your Spot Instance was stopped because you stopped the instance.",
  "instance-stopped-no-capacity": "Your Spot Instance was stopped because there was no longer enough Spot capacity available.",
  "instance-terminated-by-user": "Your Spot Instance was terminated because you terminated the instance.",
  "instance-terminated-no-capacity": "Your Spot Instance was terminated because there is no longer enough Spot capacity available.",
  "pending-evaluation": "Your Spot request has been submitted for review, and is pending evaluation.",
  "request-canceled-and-instance-running": "Your Spot request is canceled, but your instance is still running.",
  "canceled-before-fulfillment": "Your Spot request is canceled before it was fulfilled.",
} as const;

/** Puts a spot request into a state. */
export function setRequest(region: Region, request: SpotRequest, state: SpotRequest["state"], status: keyof typeof STATUS): void {
  request.state = state;
  request.status = { Code: status, Message: STATUS[status] };
  request.statusChanged = new Date(region.account.now());
}

/** AWS takes a spot instance back. */
export function interrupt(region: Region, instance: Instance): void {
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request === undefined) throw new Error(`${instance.id} is no spot instance`);
  const { interruption } = request.plan.spot;
  const canceled = request.state === "cancelled";
  if (interruption === "terminate") {
    const code = "Server.SpotInstanceTermination";
    if (!canceled) setRequest(region, request, "closed", "instance-terminated-no-capacity");
    beginTermination(region, instance, { code, message: `${code}: Spot instance termination` });
    return;
  }
  if (instance.state !== "running") return;
  const code = "Server.SpotInstanceShutdown";
  if (!canceled) setRequest(region, request, "open", "instance-stopped-no-capacity");
  beginStop(region, instance, { code, message: `${code}: Spot instance shutdown` }, interruption);
}

/** AWS starts a spot instance again that it stopped. */
export function resume(region: Region, instance: Instance): void {
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request === undefined || request.state !== "open" || instance.state !== "stopped")
    throw new Error(`${instance.id} doesn't wait for capacity`);
  setRequest(region, request, "active", "fulfilled");
  beginStart(region, instance);
}

/** A one-time request is closed with its instance. A persistent one that wasn't cancelled is open again: it'll launch another instance. */
export function afterTermination(region: Region, instance: Instance): void {
  const request = region.spotRequests.at(instance.spotRequestId);
  if (request === undefined || request.instanceId !== instance.id) return;
  if (request.state === "cancelled" || request.state === "closed") return;
  if (request.plan.spot.type === "one-time") {
    setRequest(region, request, "closed", "instance-terminated-by-user");
    return;
  }
  setRequest(region, request, "open", "pending-evaluation");
  request.refillAt = region.account.now() + region.account.timing.spotRefill;
}

/** Launches what open persistent requests wait for. */
export function refill(region: Region): void {
  const now = region.account.now();
  for (const request of region.spotRequests.all()) {
    if (request.state !== "open" || request.refillAt === undefined || now < request.refillAt) continue;
    const { plan } = request;
    if (plan.spot.validUntil !== undefined && now > plan.spot.validUntil.getTime()) continue;
    if (plan.groups.some(({ id }) => region.securityGroups.at(id) === undefined)) {
      delete request.refillAt;
      setRequest(region, request, "failed", "bad-parameters");
      continue;
    }
    if (!region.account.hasCapacity(plan.type.name, plan.subnet.zone.name, "spot")) continue;
    delete request.refillAt;
    setRequest(region, request, "active", "fulfilled");
    launchOne(region, plan, request);
  }
}
