import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Ec2Machine } from "./machine.js";

/** The tags by which what docker-machine made is told from everything else in an account. */
export const TAG_KEYS = {
  /** The UUID of the machine that it was made for: {@link Ec2State.MachineId}. What several machines share has none. */
  machineId: "docker-machine:machine-id",
  /** The name of that machine. */
  machineName: "docker-machine:machine-name",
  /** The UUID of the store that the machine is in. */
  storeId: "docker-machine:store-id",
} as const;

/** A tag as AWS has it. */
export interface ResourceTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * The tags of everything that is made for one machine. The user's `Name` replaces ours.
 *
 * @throws {DriverError} `EC2_MACHINE_UNNAMED` while the state has no `MachineId`, since nothing may be made that can't be found again; `OPTION_INVALID`
 */
export async function resourceTags(machine: Ec2Machine, host: Host): Promise<ResourceTag[]> {
  const { MachineId } = machine.state;
  if (MachineId === undefined) {
    throw new DriverError("EC2_MACHINE_UNNAMED", `The machine "${machine.name}" has no id yet that its resources could be tagged with.`, {
      suggestions: [`docker-machine rm -y ${machine.name}`],
    });
  }
  return [
    ...namedTags(machine.name, machine.options.tags),
    { Key: TAG_KEYS.machineId, Value: MachineId },
    { Key: TAG_KEYS.machineName, Value: machine.name },
    { Key: TAG_KEYS.storeId, Value: await host.storeId() },
  ];
}

/**
 * The tags of what the machines of a store share.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export async function sharedTags(name: string, machine: Ec2Machine, host: Host): Promise<ResourceTag[]> {
  return [...namedTags(name, machine.options.tags), { Key: TAG_KEYS.storeId, Value: await host.storeId() }];
}

/** The value of a resource's tag. */
export function tagValue(
  tags: readonly Partial<Record<"Key" | "Value", string | undefined>>[] | undefined,
  key: string,
): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value;
}

/** What makes a `Filters` entry for resources with this tag. */
export function tagFilter(key: string, ...values: readonly string[]): { Name: string; Values: string[] } {
  return { Name: `tag:${key}`, Values: [...values] };
}

/**
 * Reads `--amazonec2-tags`: `key1,value1,key2,value2`, as the Go driver has it.
 * AWS allows 50 tags, of which four are ours, keys of 128 and values of 256 characters, and keeps keys that begin with `aws:` to itself.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseTags(text: string | undefined): readonly ResourceTag[] {
  if (text === undefined || text.trim() === "") return [];
  const words = text.split(",").map((word) => word.trim());
  if (words.length % 2 !== 0) throw invalid(text, "its keys and values are not pairs");
  const tags = words.flatMap((Key, index) => (index % 2 === 0 ? [{ Key, Value: words[index + 1] ?? "" }] : []));
  for (const { Key, Value } of tags) {
    if (Key === "") throw invalid(text, "a key is empty");
    if (/^(aws|docker-machine):/i.test(Key)) throw invalid(text, `the key "${Key}" begins with a prefix that isn't free`);
    if (Key.length > 128 || Value.length > 256) throw invalid(text, `"${Key}" is longer than 128 characters, or its value than 256`);
    if (tags.filter((other) => other.Key === Key).length > 1) throw invalid(text, `the key "${Key}" is there twice`);
  }
  if (tags.length > 46) throw invalid(text, `these are ${tags.length} tags, and there can be 46`);
  return tags;
}

function namedTags(name: string, text: string | undefined): readonly ResourceTag[] {
  const tags = parseTags(text);
  return tags.some(({ Key }) => Key === "Name") ? tags : [{ Key: "Name", Value: name }, ...tags];
}

function invalid(text: string, problem: string): DriverError {
  return new DriverError("OPTION_INVALID", `--amazonec2-tags is ${JSON.stringify(text)}, but ${problem}.`, {
    suggestions: ["--amazonec2-tags team,web,cost-centre,42"],
  });
}
