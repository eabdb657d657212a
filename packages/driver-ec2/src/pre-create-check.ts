import { access, constants } from "node:fs/promises";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { checkIngress } from "./check-ingress.js";
import { planLaunch } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import type { Ec2Options } from "./options.js";

/**
 * Checks whether a machine with these options could be made, as far as looking tells. It makes nothing. Permissions, quotas and capacity show themselves
 * only when something is made; the first two are what a dry run asks for, too.
 *
 * @throws {DriverError} `FILE_UNREADABLE`, `EC2_KEY_PAIR_MISSING`, `EC2_PLACEMENT_GROUP_MISSING`; what {@link planLaunch} and {@link checkIngress} throw
 */
export async function preCreateCheck(machine: Pick<Ec2Machine, "options" | "state">, host: Host): Promise<void> {
  const { options } = machine;
  if (options.blockDurationMinutes > 0) {
    host.log.warn("--amazonec2-block-duration-minutes has no effect: AWS has retired spot instances of a fixed duration.");
  }
  await checkFiles(options);
  const aws = await openAws(machine, host);
  const plan = await planLaunch(machine, aws);
  await checkKeyPair(options, aws);
  await checkPlacementGroup(options, aws);
  await checkIngress(machine, host, aws, plan);
}

async function checkFiles(options: Ec2Options): Promise<void> {
  const { sshKeypath, keypairName, bastionSshKeypath } = options;
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
  const { PlacementGroups = [] } = await aws.ec2("DescribePlacementGroups", {
    Filters: [{ Name: "group-name", Values: [placementGroup] }],
  });
  if (PlacementGroups.length > 0) return;
  throw new DriverError("EC2_PLACEMENT_GROUP_MISSING", `There is no placement group "${placementGroup}" in ${aws.region}.`, {
    suggestions: [`aws ec2 describe-placement-groups --region ${aws.region} --query "PlacementGroups[].GroupName"`],
  });
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
