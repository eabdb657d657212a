import { readFile } from "node:fs/promises";
import type { Host } from "@docker-machine/driver-sdk";
import type { Ec2Input } from "./aws/aws.js";
import { type DryAction, dryRun } from "./dry-run.js";
import { runInput } from "./launch-input.js";
import { attemptsOf } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import type { PlannedMachine } from "./planned-machine.js";
import { missingRules, permissionsOf } from "./security-group-rules.js";
import { type ResourceTag, resourceTags, sharedTags } from "./tags.js";

/**
 * Asks AWS whether it would make what is planned. What depends on something that isn't there yet can't be asked for: the launch is asked for without the
 * key pair and the groups that are to be made, rules only of groups that exist, and nothing that would start, stop or remove the instance.
 *
 * @returns what AWS permits, as IAM writes it
 * @throws {AwsError} for the first that it doesn't
 */
export async function checkPermissions(planned: PlannedMachine, host: Host): Promise<readonly string[]> {
  const { machine, aws, groups, plan, rules } = planned;
  const tags = await resourceTags(machine, host);
  const permitted = new Set<string>();
  const ask = async <A extends DryAction>(action: A, input: Ec2Input<A>) => {
    await dryRun(aws, action, input);
    permitted.add(`ec2:${action}`);
  };
  if (!hasKeyPair(machine)) await ask("ImportKeyPair", await keyImport(machine, host, tags));
  for (const { name, group, isOurs } of groups) {
    if (group === undefined) {
      const Tags = await sharedTags(name, machine, host);
      const TagSpecifications = [{ ResourceType: "security-group" as const, Tags }];
      await ask("CreateSecurityGroup", {
        GroupName: name,
        Description: "Machines of docker-machine",
        VpcId: plan.vpcId,
        TagSpecifications,
      });
      continue;
    }
    const missing = isOurs ? missingRules(rules, group.IpPermissions ?? []) : [];
    if (missing.length === 0) continue;
    await ask("AuthorizeSecurityGroupIngress", {
      GroupId: group.GroupId,
      IpPermissions: permissionsOf(missing, `docker-machine ${machine.name}`),
    });
  }
  for (const input of launches(planned, tags)) await ask("RunInstances", input);
  return [...permitted];
}

/** The first attempt in each market. */
function launches({ machine, groups, plan }: PlannedMachine, tags: readonly ResourceTag[]): readonly Ec2Input<"RunInstances">[] {
  const { options } = machine;
  const groupIds = groups.flatMap(({ group }) => group?.GroupId ?? []);
  const parts = { options, plan, access: { keyName: options.keypairName ?? "", groupIds, tags } };
  return plan.markets.flatMap((market) => {
    const attempt = attemptsOf(plan).find((each) => each.market === market);
    if (attempt === undefined) return [];
    const { ClientToken: _notUsed, KeyName, ...input } = runInput(parts, attempt, "");
    return [hasKeyPair(machine) ? { ...input, KeyName } : input];
  });
}

function hasKeyPair({ options: { keypairName = "" } }: Pick<Ec2Machine, "options">): boolean {
  return keypairName !== "";
}

async function keyImport(
  { name, options, state }: Ec2Machine,
  host: Host,
  tags: readonly ResourceTag[],
): Promise<Ec2Input<"ImportKeyPair">> {
  const { sshKeypath = "" } = options;
  const publicKey = sshKeypath === "" ? (await host.createSshKey()).publicKey : await readFile(`${sshKeypath}.pub`, "utf8");
  return {
    KeyName: `${name.slice(0, 200)}-${state.MachineId}`,
    PublicKeyMaterial: Buffer.from(publicKey.trim()),
    TagSpecifications: [{ ResourceType: "key-pair", Tags: [...tags] }],
  };
}
