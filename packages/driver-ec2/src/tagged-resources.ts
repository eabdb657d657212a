import type { Aws } from "./aws/aws.js";
import { everyPage } from "./every-page.js";
import { TAG_KEYS } from "./tags.js";

/** What is made for a machine, in the words of AWS's tags, in an order in which it can be removed: what would launch something new comes first. */
export const RESOURCE_KINDS = ["spot-instances-request", "fleet", "instance", "volume", "launch-template", "key-pair"] as const;

/** A kind of {@link RESOURCE_KINDS}. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Something that was made for a machine. */
export interface Resource {
  readonly kind: ResourceKind;
  /** As AWS's tags name it: `i-0123456789abcdef0`, for a key pair `key-…`. */
  readonly id: string;
}

/** Something with our tags. */
export interface TaggedResource {
  /** AWS's word for it: one of {@link RESOURCE_KINDS}, `security-group`, or what a user has copied our tags to. */
  readonly type: string;
  readonly id: string;
  /** Those of {@link TAG_KEYS} that it has. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Everything in a region that is tagged with a machine's UUID, whether or not it still works. */
export async function resourcesOfMachine(aws: Aws, machineId: string): Promise<Resource[]> {
  const Filters = [
    { Name: "key", Values: [TAG_KEYS.machineId] },
    { Name: "value", Values: [machineId] },
  ];
  const tags = await everyPage(aws, "DescribeTags", { Filters }, (page) => page.Tags);
  return tags.flatMap(({ ResourceId: id, ResourceType }) => {
    const kind = RESOURCE_KINDS.find((each) => each === ResourceType);
    return kind === undefined || id === undefined ? [] : [{ kind, id }];
  });
}

/** Everything in a region that has our tags, of whichever store, whether or not it still works. */
export async function taggedResources(aws: Aws): Promise<TaggedResource[]> {
  const Filters = [{ Name: "key", Values: Object.values(TAG_KEYS) }];
  const tags = await everyPage(aws, "DescribeTags", { Filters }, (page) => page.Tags);
  const resources = new Map<string, { type: string; id: string; tags: Map<string, string> }>();
  for (const { ResourceId: id, ResourceType: type, Key, Value } of tags) {
    if (id === undefined || type === undefined || Key === undefined) continue;
    const resource = resources.get(id) ?? { type, id, tags: new Map<string, string>() };
    resource.tags.set(Key, Value ?? "");
    resources.set(id, resource);
  }
  return [...resources.values()].filter(({ tags }) => tags.has(TAG_KEYS.storeId));
}
