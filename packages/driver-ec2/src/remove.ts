import type { Host } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { isNew } from "./instance.js";
import { ownKeyPairId } from "./key-pair.js";
import type { Ec2Machine } from "./machine.js";
import { removeResource } from "./remove-resource.js";
import { ownSecurityGroupIds, removeUnusedGroup } from "./remove-security-groups.js";
import type { Ec2State } from "./state.js";
import { RESOURCE_KINDS, type Resource, resourcesOfMachine } from "./tagged-resources.js";

/**
 * How often AWS is asked in vain for what a creation that didn't end may have left: its answer may have been lost, and AWS may not know yet
 * what it has just made. With the pauses between, that is 15 seconds.
 */
const LOOKS_AFTER_UNFINISHED = 6;

/**
 * Removes all that was made for a machine: what the state names, and what bears its UUID as a tag; and the security groups of ours that no instance is in
 * any more. Succeeds when things are gone already. Nothing else is touched; what is left, and why, is logged.
 *
 * @throws {DriverError} an {@link AwsError}; `EC2_TERMINATION_PROTECTED`; `EC2_FLEET_LEFT`
 */
export async function removeInstance(machine: Ec2Machine, host: Host): Promise<void> {
  const { state } = machine;
  if (isEmpty(state.MachineId) && isEmpty(state.InstanceId) && isEmpty(state.KeyName)) return;
  const aws = await openAws(machine, host);
  // Also what was given up: it isn't tried a second time.
  const removed = new Set<string>();
  for (let looked = 0, looks = 1; looked < looks; ) {
    const found = (await remainsOf(machine, aws)).filter(({ id }) => !removed.has(id));
    const ids = await removeAll(found, aws, host);
    const groups = (await groupsOf(machine, aws, host)).filter((id) => !removed.has(id));
    ids.push(...(await removeGroups(groups, aws, host)));
    for (const id of ids) removed.add(id);
    if (isUnfinished(state) || isUnknownYet(machine, removed)) looks = LOOKS_AFTER_UNFINISHED;
    // What was just removed may have hidden something: a volume that stays behind, the pair to a fleet.
    if (ids.length > 0) continue;
    looked += 1;
    if (looked < looks) await host.sleep(looked * 1000);
  }
}

/** AWS shows a terminated instance for about an hour, so one that was launched a moment ago and that it doesn't know isn't gone. */
function isUnknownYet(machine: Ec2Machine, removed: ReadonlySet<string>): boolean {
  const { InstanceId = "" } = machine.state;
  return InstanceId !== "" && !removed.has(InstanceId) && isNew(machine);
}

/** A machine that has had an address is known to AWS; whatever is missing of it is gone. */
function isUnfinished({ MachineId, InstanceId, IPAddress, PrivateIPAddress }: Readonly<Partial<Ec2State>>): boolean {
  return !isEmpty(MachineId) && (isEmpty(InstanceId) || (isEmpty(IPAddress) && isEmpty(PrivateIPAddress)));
}

/** What there may be, in an order in which it can be removed. */
async function remainsOf(machine: Ec2Machine, aws: Aws): Promise<Resource[]> {
  const { MachineId, InstanceId, SpotInstanceRequestId, FleetId } = machine.state;
  const saved: Resource[] = [
    ...resource("spot-instances-request", SpotInstanceRequestId),
    ...resource("fleet", FleetId),
    ...resource("instance", InstanceId),
  ];
  const tagged =
    MachineId === undefined ? resource("key-pair", await ownKeyPairId(machine, aws)) : await resourcesOfMachine(aws, MachineId);
  const all = new Map([...saved, ...tagged].map((each) => [each.id, each]));
  return RESOURCE_KINDS.flatMap((kind) => [...all.values()].filter((each) => each.kind === kind));
}

function resource(kind: Resource["kind"], id: string | undefined): Resource[] {
  return id === undefined || id === "" ? [] : [{ kind, id }];
}

/** One that can't be removed doesn't keep the others. */
async function removeAll(resources: readonly Resource[], aws: Aws, host: Host): Promise<string[]> {
  const removed: string[] = [];
  const errors: unknown[] = [];
  for (const each of resources) {
    try {
      if (await removeResource(each, aws, host)) removed.push(each.id);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return removed;
}

/** A group whose making wasn't answered is in no state, so after an unfinished creation all of this store are looked at. */
async function groupsOf(machine: Ec2Machine, aws: Aws, host: Host): Promise<string[]> {
  const { MachineId, OwnSecurityGroupIds = [] } = machine.state;
  if (MachineId === undefined) return [];
  const own = await ownSecurityGroupIds(aws, host);
  return isUnfinished(machine.state) ? own : own.filter((id) => OwnSecurityGroupIds.includes(id));
}

async function removeGroups(ids: readonly string[], aws: Aws, host: Host): Promise<string[]> {
  const removed: string[] = [];
  for (const id of ids) if (await removeUnusedGroup(id, aws, host)) removed.push(id);
  return removed;
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === "";
}
