import { access, constants } from "node:fs/promises";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { checkIngress } from "./check-ingress.js";
import { findImage, type MachineImage } from "./image.js";
import { findInstanceTypes, type InstanceType } from "./instance-types.js";
import type { Ec2Machine } from "./machine.js";
import type { Ec2Options } from "./options.js";
import { findPlace, type LaunchPlace } from "./place.js";
import type { SecurityGroupPlan } from "./security-group-plan.js";
import { launchUserData } from "./user-data.js";

/** What a machine with these options would be made of. */
export interface Findings {
  readonly aws: Aws;
  /** In the order in which they are tried, each with its image. */
  readonly types: readonly (InstanceType & { readonly image: MachineImage })[];
  readonly place: LaunchPlace;
  readonly groups: readonly SecurityGroupPlan[];
}

/**
 * Checks whether a machine with these options could be made, as far as looking tells. It makes nothing. Permissions, quotas and capacity show themselves
 * only when something is made; the first two are what a dry run asks for, too.
 *
 * @throws {DriverError} an {@link AwsError}; `FILE_UNREADABLE`; `EC2_USER_DATA_…`, `EC2_INSTANCE_TYPE_…`, `EC2_IMAGE_…`, `EC2_SUBNET_…`, `EC2_DEFAULT_VPC_MISSING`,
 *   `EC2_SECURITY_GROUP_MISSING`, `EC2_CALLER_ADDRESS_UNKNOWN`, `EC2_KEY_PAIR_MISSING`, `EC2_PLACEMENT_GROUP_MISSING`
 */
export async function preCreateCheck(machine: Pick<Ec2Machine, "options">, host: Host): Promise<Findings> {
  const { options } = machine;
  if (options.blockDurationMinutes > 0) {
    host.log.warn("--amazonec2-block-duration-minutes has no effect: AWS has retired spot instances of a fixed duration.");
  }
  await checkFiles(options);
  const aws = await openAws(machine, host);
  const types: Findings["types"][number][] = [];
  for (const type of await findInstanceTypes(options.instanceType, aws)) {
    const same = types.find(({ architecture }) => architecture === type.architecture);
    types.push({ ...type, image: same?.image ?? (await findImage(options, type, aws)) });
  }
  const place = await findPlace(options, aws);
  await checkKeyPair(options, aws);
  await checkPlacementGroup(options, aws);
  const groups = await checkIngress(machine, host, aws, place);
  return { aws, types, place, groups };
}

async function checkFiles(options: Ec2Options): Promise<void> {
  const { sshKeypath, keypairName, bastionSshKeypath } = options;
  await launchUserData(options);
  await mustBeReadable("ssh-keypath", sshKeypath);
  await mustBeReadable("bastion-ssh-keypath", bastionSshKeypath);
  // AWS is given the public half of a key that it doesn't know yet.
  if (isGiven(sshKeypath) && !isGiven(keypairName)) await mustBeReadable("ssh-keypath", `${sshKeypath}.pub`);
}

async function mustBeReadable(flag: string, path: string | undefined): Promise<void> {
  if (!isGiven(path)) return;
  try {
    await access(path, constants.R_OK);
  } catch (cause) {
    const suggestions = path.endsWith(".pub") ? [`ssh-keygen -y -f ${path.slice(0, -".pub".length)} > ${path}`] : [`ls -l ${path}`];
    throw new DriverError("FILE_UNREADABLE", `The file ${path}, which --amazonec2-${flag} needs, can't be read.`, { cause, suggestions });
  }
}

async function checkKeyPair({ keypairName }: Ec2Options, aws: Aws): Promise<void> {
  if (!isGiven(keypairName)) return;
  const { KeyPairs = [] } = await aws.ec2("DescribeKeyPairs", { Filters: [{ Name: "key-name", Values: [keypairName] }] });
  if (KeyPairs.some(({ KeyName }) => KeyName === keypairName)) return;
  throw new DriverError("EC2_KEY_PAIR_MISSING", `There is no key pair "${keypairName}" in ${aws.region}. Each region has its own.`, {
    suggestions: [
      `aws ec2 describe-key-pairs --region ${aws.region} --query "KeyPairs[].KeyName"`,
      "To have the key imported for this machine: leave out --amazonec2-keypair-name",
    ],
  });
}

async function checkPlacementGroup({ placementGroup }: Ec2Options, aws: Aws): Promise<void> {
  if (!isGiven(placementGroup)) return;
  const { PlacementGroups = [] } = await aws.ec2("DescribePlacementGroups", { Filters: [{ Name: "group-name", Values: [placementGroup] }] });
  if (PlacementGroups.length > 0) return;
  throw new DriverError("EC2_PLACEMENT_GROUP_MISSING", `There is no placement group "${placementGroup}" in ${aws.region}.`, {
    suggestions: [`aws ec2 describe-placement-groups --region ${aws.region} --query "PlacementGroups[].GroupName"`],
  });
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
