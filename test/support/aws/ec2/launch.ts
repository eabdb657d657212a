import { randomBytes } from "node:crypto";
import { AwsFault } from "../aws-fault.ts";
import type { Account } from "./account.ts";
import { INSTANCE_TYPES } from "./instance-types.ts";
import { hexId, newId } from "./kinds.ts";
import { beginFailure, beginStart } from "./life-cycle.ts";
import type { Region } from "./region.ts";
import type { Resource } from "./resource-table.ts";
import type { Instance, LaunchPlan, SpotPlan, SpotRequest } from "./resources.ts";
import { setRequest } from "./spot-life.ts";
import { tagsFor } from "./tags.ts";

/** Which launch an instance is of. */
export interface Reservation {
  readonly id: string;
  readonly index: number;
  readonly clientToken?: string;
}

/**
 * Makes an instance with its interface, its volumes and, unless there is one, its spot request, and starts it.
 *
 * @param request the spot request that it's for, if it replaces an instance that went
 */
export function launchOne(
  region: Region,
  plan: LaunchPlan,
  request?: SpotRequest,
  reservation: Reservation = { id: hexId("r"), index: 0 },
): Instance {
  const { account } = region;
  const { subnet } = plan;
  const id = newId("instance");
  const spotRequest = request ?? newSpotRequest(region, plan);
  if (spotRequest !== undefined) spotRequest.instanceId = id;
  const networkInterface = region.interfaces.add({
    ...newResource(account, plan, "network-interface"),
    attachmentId: hexId("eni-attach"),
    instanceId: id,
    description: plan.request.NetworkInterfaces?.[0]?.Description ?? "",
    subnet,
    macAddress: ["0e", ...Array.from(randomBytes(5), (byte) => byte.toString(16).padStart(2, "0"))].join(":"),
    deleteOnTermination: plan.request.NetworkInterfaces?.[0]?.DeleteOnTermination ?? true,
    primaryIpv6: plan.primaryIpv6,
    ipv6: Array.from({ length: plan.ipv6Count }, () => region.newIpv6Address(subnet)),
    groups: [...plan.groups],
  });
  const privateAddress = subnet.ipv6Only ? undefined : region.newPrivateAddress(subnet);
  const instance = region.instances.add({
    ...newResource(account, plan, "instance"),
    id,
    plan,
    reservationId: reservation.id,
    launchIndex: reservation.index,
    ...(reservation.clientToken === undefined ? {} : { clientToken: reservation.clientToken }),
    interfaceId: networkInterface.id,
    ...(spotRequest === undefined ? {} : { spotRequestId: spotRequest.id }),
    launched: new Date(account.now()),
    state: "pending",
    transitionReason: "",
    ...(privateAddress === undefined || account.hosts !== undefined ? {} : { privateAddress }),
    hibernated: false,
    apiTermination: plan.request.DisableApiTermination !== true,
    apiStop: plan.request.DisableApiStop !== true,
    metadata: plan.metadata,
    monitoring: plan.request.Monitoring?.Enabled === true,
    sourceDestCheck: true,
    hostWork: Promise.resolve(),
    end: new AbortController(),
  });
  addVolumes(region, plan, instance);
  start(region, instance);
  return instance;
}

/**
 * Checks that the account may have so many more instances of the kind.
 *
 * @throws AwsFault `VcpuLimitExceeded`, `MaxSpotInstanceCountExceeded`
 */
export function checkLimits(region: Region, plan: LaunchPlan, count: number): void {
  const { bucket, vcpus } = plan.type;
  const spot = plan.spot !== undefined;
  const used = region.instances
    .all()
    .filter(
      ({ plan: other, state }) =>
        (other.spot !== undefined) === spot && other.type.bucket === bucket && ["pending", "running"].includes(state),
    )
    .reduce((sum, { plan: other }) => sum + (INSTANCE_TYPES.get(other.type.name)?.vcpus ?? 0), 0);
  const limit = region.account.limits[spot ? "spotVcpus" : "onDemandVcpus"][bucket];
  if (used + count * vcpus <= limit) return;
  if (spot) throw new AwsFault("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded");
  throw new AwsFault(
    "VcpuLimitExceeded",
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance ` +
      "type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
  );
}

/** @throws AwsFault `InsufficientInstanceCapacity` if there is none for the plan */
export function checkCapacity(region: Region, plan: LaunchPlan): void {
  const { name: type } = plan.type;
  const zone = plan.subnet.zone.name;
  if (region.account.hasCapacity(type, zone, plan.spot === undefined ? "on-demand" : "spot")) return;
  const message =
    plan.spot === undefined
      ? `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on ` +
        `provisioning additional capacity.`
      : "There is no Spot capacity available that matches your request.";
  throw new AwsFault("InsufficientInstanceCapacity", message);
}

function newResource(
  account: Account,
  plan: LaunchPlan,
  kind: "instance" | "network-interface" | "spot-instances-request" | "volume",
): Resource {
  return { id: newId(kind), tags: tagsFor(plan.tags, kind), hidden: account.hiddenAtFirst(kind) };
}

function newSpotRequest(region: Region, plan: LaunchPlan): SpotRequest | undefined {
  if (!isSpot(plan)) return undefined;
  const now = new Date(region.account.now());
  const request = region.spotRequests.add({
    ...newResource(region.account, plan, "spot-instances-request"),
    plan,
    created: now,
    state: "active",
    status: { Code: "fulfilled", Message: "" },
    statusChanged: now,
  });
  setRequest(region, request, "active", "fulfilled");
  return request;
}

function isSpot(plan: LaunchPlan): plan is LaunchPlan & { readonly spot: SpotPlan } {
  return plan.spot !== undefined;
}

function addVolumes(region: Region, plan: LaunchPlan, instance: Instance): void {
  const created = new Date(region.account.now());
  for (const { deleteOnTermination, device, ...volume } of plan.volumes) {
    region.volumes.add({
      ...newResource(region.account, plan, "volume"),
      ...volume,
      zone: plan.subnet.zone,
      created,
      attachment: { instanceId: instance.id, device, deleteOnTermination, since: created },
    });
  }
}

function start(region: Region, instance: Instance): void {
  const code = region.account.failingLaunches.shift() ?? launchProblem(region, instance);
  if (code === undefined) beginStart(region, instance);
  else beginFailure(region, instance, { code, message: `${code}: ${FAILURES[code] ?? "The launch failed"}` });
}

/** "Troubleshoot instance launch issues" of the EC2 user guide: instance terminates immediately. */
const FAILURES: Readonly<Record<string, string>> = {
  "Client.InternalError": "Client error on launch",
  "Client.VolumeLimitExceeded": "Volume limit exceeded",
  "Server.InternalError": "Internal error on launch",
};

/** EC2 looks at storage and at KMS keys only after it has answered. */
function launchProblem(region: Region, instance: Instance): string | undefined {
  const { kmsKeys, limits } = region.account;
  const gibibytes = region.volumes.all().reduce((sum, volume) => sum + volume.size, 0);
  if (gibibytes > limits.volumeStorage) return "Client.VolumeLimitExceeded";
  const keys = instance.plan.volumes.map((volume) => volume.kmsKeyId).filter((key) => key !== undefined);
  return keys.every((key) => kmsKeys.has(key)) ? undefined : "Client.InternalError";
}
