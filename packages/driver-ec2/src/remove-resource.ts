import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { livingResources } from "./living-resources.js";
import type { Resource, ResourceKind } from "./tagged-resources.js";
import { terminateInstance } from "./terminate-instance.js";
import { waitInTime } from "./wait-in-time.js";

/** For how long a volume may still be attached to an instance that is terminated. */
const FREED_WITHIN_MS = 60_000;

/** Removes one thing. False: AWS doesn't know it, so it is gone, or too new. */
type Remover = (id: string, aws: Aws, host: Host) => Promise<boolean>;

const REMOVERS: Readonly<Record<ResourceKind, Remover>> = {
  instance: terminateInstance,
  "spot-instances-request": (id, aws) =>
    unlessUnknown(["InvalidSpotInstanceRequestID.NotFound"], () => aws.ec2("CancelSpotInstanceRequests", { SpotInstanceRequestIds: [id] })),
  fleet: deleteFleet,
  "launch-template": (id, aws) =>
    unlessUnknown(["InvalidLaunchTemplateId.NotFound"], () => aws.ec2("DeleteLaunchTemplate", { LaunchTemplateId: id })),
  "key-pair": (id, aws) => unlessUnknown(["InvalidKeyPair.NotFound"], () => aws.ec2("DeleteKeyPair", { KeyPairId: id })),
  volume: deleteVolume,
};

/**
 * Removes one thing that was made for a machine; an instance is gone when this returns.
 *
 * @returns whether AWS knew it. What it doesn't know is gone, or so new that AWS doesn't know it yet
 * @throws {DriverError} an {@link AwsError}; `EC2_TERMINATION_PROTECTED`; `EC2_FLEET_LEFT`
 */
export async function removeResource({ kind, id }: Resource, aws: Aws, host: Host): Promise<boolean> {
  host.log.debug(`Removing the ${kind} ${id} in ${aws.region}.`);
  try {
    return await REMOVERS[kind](id, aws, host);
  } catch (error) {
    // A policy that asks for our tag forbids to remove what is gone, since that has no tags.
    const isForbidden = isAwsCode(error, "UnauthorizedOperation");
    if (isForbidden && (await livingResources(aws, [{ id, type: kind, tags: new Map() }])).size === 0) return false;
    throw error;
  }
}

async function unlessUnknown(codes: readonly string[], action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (isAwsCode(error, ...codes)) return false;
    throw error;
  }
}

/** A fleet of type `instant`, as ours are, can only be deleted with its instances. */
async function deleteFleet(id: string, aws: Aws): Promise<boolean> {
  const request = { FleetIds: [id], TerminateInstances: true };
  try {
    const { UnsuccessfulFleetDeletions = [] } = await aws.ec2("DeleteFleets", request);
    const { Error: problem } = UnsuccessfulFleetDeletions[0] ?? {};
    if (problem === undefined) return true;
    if (problem.Code === "fleetIdDoesNotExist" || problem.Code === "fleetNotInDeletableState") return false;
    throw new DriverError("EC2_FLEET_LEFT", `The fleet ${id} in ${aws.region} can't be deleted: ${problem.Message ?? problem.Code}`, {
      suggestions: [`aws ec2 delete-fleets --region ${aws.region} --fleet-ids ${id} --terminate-instances`],
    });
  } catch (error) {
    if (isAwsCode(error, "InvalidFleetId.NotFound")) return false;
    throw error;
  }
}

/** Most volumes go with their instance, and are in use until they do. One that has been attached to another instance since stays. */
async function deleteVolume(id: string, aws: Aws, host: Host): Promise<boolean> {
  let users = "";
  const freed = async () => {
    const { Volumes = [] } = await aws.ec2("DescribeVolumes", { Filters: [{ Name: "volume-id", Values: [id] }] });
    users = (Volumes[0]?.Attachments ?? []).map(({ InstanceId }) => InstanceId).join(", ");
    return Volumes[0]?.State === "in-use" ? undefined : (Volumes[0]?.State ?? "gone");
  };
  const state = await waitInTime(host, freed, { description: id, timeoutMs: FREED_WITHIN_MS });
  if (state === undefined) {
    host.log.warn(`Left the volume ${id} in ${aws.region}: it is attached to ${users}.`);
    return true;
  }
  if (state === "gone" || state === "deleting" || state === "deleted") return false;
  return unlessUnknown(["InvalidVolume.NotFound"], () => aws.ec2("DeleteVolume", { VolumeId: id }));
}
