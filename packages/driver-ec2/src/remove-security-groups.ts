import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { everyPage } from "./every-page.js";
import { groupLock, UNKNOWN_GROUP } from "./security-group.js";
import { TAG_KEYS, tagFilter } from "./tags.js";
import { waitInTime } from "./wait-in-time.js";

/** AWS gives a terminated instance's network interface back some time later, usually within seconds. */
const RELEASED_WITHIN_MS = 5 * 60_000;
const LIVING = ["pending", "running", "stopping", "stopped"];

/** What became of a group. */
type Outcome = "removed" | "gone" | "in use" | "not released";

/** The ids of the groups that bear this store's mark. */
export async function ownSecurityGroupIds(aws: Aws, host: Host): Promise<string[]> {
  const Filters = [tagFilter(TAG_KEYS.storeId, await host.storeId())];
  const groups = await everyPage(aws, "DescribeSecurityGroups", { Filters }, (page) => page.SecurityGroups);
  return groups.flatMap(({ GroupId }) => GroupId ?? []);
}

/** The ids of the instances that are in a group and may live on. */
export async function instancesIn(groupIds: readonly string[], aws: Aws): Promise<string[]> {
  const Filters = [
    { Name: "instance.group-id", Values: [...groupIds] },
    { Name: "instance-state-name", Values: LIVING },
  ];
  const reservations = await everyPage(aws, "DescribeInstances", { Filters }, (page) => page.Reservations);
  return reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
}

/**
 * Removes a group of ours if no instance is in it any more. What keeps it otherwise is logged.
 * Instances that are shutting down are waited for, so that of the last two machines that are removed at once one takes the group along.
 *
 * @returns whether it was there, and is removed, or is given up
 * @throws {DriverError} an {@link AwsError}
 */
export async function removeUnusedGroup(id: string, aws: Aws, host: Host): Promise<boolean> {
  const lock = { subject: `the security groups in ${aws.region}` };
  const attempt = async () => {
    // The lock isn't held while waiting: machines may be made meanwhile, and be in the group.
    const outcome = await host.withLock(groupLock(aws), lock, () => removeOnce(id, aws));
    if (outcome === "not released") host.progress(`Waiting until AWS releases the security group ${id}`);
    return outcome === "not released" ? undefined : outcome;
  };
  const outcome = await waitInTime(host, attempt, {
    description: `the release of ${id}`,
    timeoutMs: RELEASED_WITHIN_MS,
    intervalMs: 1000,
  });
  if (outcome === undefined) host.log.warn(`Left the security group ${id} in ${aws.region}: ${await whatKeeps(id, aws)}.`);
  return outcome === undefined || outcome === "removed";
}

async function removeOnce(id: string, aws: Aws): Promise<Outcome> {
  if ((await instancesIn([id], aws)).length > 0) return "in use";
  try {
    await aws.ec2("DeleteSecurityGroup", { GroupId: id });
    return "removed";
  } catch (error) {
    if (isAwsCode(error, ...UNKNOWN_GROUP)) return "gone";
    if (isAwsCode(error, "DependencyViolation", "InvalidGroup.InUse")) return "not released";
    throw error;
  }
}

async function whatKeeps(id: string, aws: Aws): Promise<string> {
  const Filters = [{ Name: "group-id", Values: [id] }];
  const interfaces = await everyPage(aws, "DescribeNetworkInterfaces", { Filters }, (page) => page.NetworkInterfaces);
  if (interfaces.length === 0) return "rules of another security group name it";
  const names = interfaces.map(({ NetworkInterfaceId, Description = "" }) =>
    Description === "" ? NetworkInterfaceId : `${NetworkInterfaceId} (${Description})`,
  );
  return `network interfaces use it: ${names.join(", ")}`;
}
