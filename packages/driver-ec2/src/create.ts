import { randomUUID } from "node:crypto";
import type { Instance } from "@aws-sdk/client-ec2";
import { type Host, throwIfAborted } from "@docker-machine/driver-sdk";
import { awaitRunning } from "./await-running.js";
import { type Aws, openAws } from "./aws/aws.js";
import { describeInstance } from "./instance-batch.js";
import { ensureKeyPair } from "./key-pair.js";
import { launch } from "./launch.js";
import { planLaunch } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import { ensureSecurityGroups, UNKNOWN_GROUP } from "./security-group.js";
import { resourceTags } from "./tags.js";
import { whenKnown } from "./when-known.js";

/**
 * Makes the machine's instance with all that it needs, and waits until it runs and has its address. The machine's UUID is saved first: everything that is
 * made bears it as a tag from its beginning. What was begun before is continued.
 *
 * @throws {DriverError} as {@link planLaunch}, {@link ensureKeyPair}, {@link ensureSecurityGroups}, {@link launch} and {@link awaitRunning} do
 */
export async function makeInstance(machine: Ec2Machine, host: Host): Promise<void> {
  throwIfAborted(host.signal);
  const aws = await openAws(machine, host);
  await nameMachine(machine, aws);
  await forgetTerminated(machine, aws, host);
  if (machine.state.InstanceId === undefined) await launchInstance(machine, host, aws);
  const { InstanceId = "" } = machine.state;
  await savePlace(machine, await awaitRunning(machine, { id: InstanceId, aws }, host), aws);
}

/** Gives the machine what it is known by, before anything of it is made. */
async function nameMachine(machine: Ec2Machine, { region }: Aws): Promise<void> {
  const { MachineId = randomUUID() } = machine.state;
  if (machine.state.MachineId === undefined) await machine.persist({ MachineId, Region: region, SSHPort: machine.options.sshPort });
}

/** Forgets an instance that was terminated since, so that another one is launched. */
async function forgetTerminated(machine: Ec2Machine, aws: Aws, host: Host): Promise<void> {
  const { InstanceId } = machine.state;
  if (InstanceId === undefined) return;
  const instance = await describeInstance(InstanceId, aws, host);
  if (!["shutting-down", "terminated"].includes(instance?.State?.Name ?? "")) return;
  host.log.info(`${InstanceId} in ${aws.region} was terminated. Another one is launched.`);
  await machine.persist({ InstanceId: undefined, LaunchToken: undefined, LaunchedAt: undefined });
}

/** What the options name is looked up before anything is made. */
async function launchInstance(machine: Ec2Machine, host: Host, aws: Aws): Promise<void> {
  host.progress(`Looking for image and subnets in ${aws.region}`);
  const plan = await planLaunch(machine, aws);
  await machine.persist({ VpcId: plan.vpcId });
  const { keyName } = await ensureKeyPair(machine, host, aws);
  const tags = await resourceTags(machine, host);
  // Another process may have removed the group between the two, with the last machine that was in it.
  await whenKnown(host, UNKNOWN_GROUP, async () => {
    const { ids: groupIds } = await ensureSecurityGroups(machine, host, aws, { vpcId: plan.vpcId });
    await launch(machine, host, aws, plan, { keyName, groupIds, tags });
  });
}

/** Saves what only the instance tells. */
async function savePlace(machine: Ec2Machine, instance: Instance, { region }: Aws): Promise<void> {
  const { ImageId, InstanceType, Placement, SpotInstanceRequestId, SubnetId, VpcId } = instance;
  const zone = Placement?.AvailabilityZone;
  await machine.persist({
    AMI: ImageId,
    InstanceType,
    SubnetId,
    VpcId,
    ...(zone === undefined ? {} : { Zone: zone.startsWith(region) ? zone.slice(region.length) : zone }),
    ...(SpotInstanceRequestId === undefined ? {} : { SpotInstanceRequestId }),
  });
}
