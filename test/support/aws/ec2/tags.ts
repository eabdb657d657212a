import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  Tag,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { invalidValue, requiredList, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { kindOf, type ResourceKind } from "./kinds.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { Resource } from "./resource-table.ts";

/** AWS takes at most 50 tags a resource. */
const MAX_TAGS = 50;

/** The tags of a resource as answers have them. */
export function tagsOf(resource: { readonly tags: ReadonlyMap<string, string> }): Tag[] {
  return [...resource.tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Tags that were given for each kind of what a call makes. */
export type TagsByKind = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Checks the tags for what a call is about to make.
 *
 * @param kinds what the call can tag
 */
export function checkedTags(specifications: readonly TagSpecification[] | undefined, kinds: readonly ResourceKind[]): TagsByKind {
  const byKind = new Map<string, ReadonlyMap<string, string>>();
  for (const { ResourceType: kind, Tags } of specifications ?? []) {
    if (kind === undefined) throw new AwsFault("MissingParameter", "Tag specification resource type must have a value");
    if (!(kinds as readonly string[]).includes(kind)) {
      throw new AwsFault("InvalidParameterValue", `'${kind}' is not a valid taggable resource type for this operation.`);
    }
    if (byKind.has(kind)) throw new AwsFault("InvalidParameterValue", `Duplicate resource type '${kind}' in tag specifications.`);
    if (Tags === undefined || Tags.length === 0)
      throw new AwsFault("InvalidParameterValue", "Tag specification must have at least one tag");
    byKind.set(kind, checkedTagList(Tags));
  }
  return byKind;
}

/** Tags for a new resource of the kind. */
export function tagsFor(tags: TagsByKind, kind: ResourceKind): Map<string, string> {
  return new Map(tags.get(kind));
}

function checkedTagList(tags: readonly Tag[]): Map<string, string> {
  const checked = new Map<string, string>();
  for (const { Key, Value } of tags) {
    if (Key === undefined || Key === "") throw new AwsFault("InvalidParameterValue", "Tag key cannot be null or empty.");
    if (/^aws:/i.test(Key)) throw new AwsFault("InvalidParameterValue", `Tag keys starting with 'aws:' are reserved for internal use`);
    if (Key.length > 128) throw new AwsFault("InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters");
    if ((Value ?? "").length > 256) throw new AwsFault("InvalidParameterValue", `Tag value exceeds the maximum length of 256 characters`);
    if (checked.has(Key)) throw new AwsFault("InvalidParameterValue", `Duplicate tag key '${Key}' specified.`);
    checked.set(Key, Value ?? "");
  }
  if (checked.size > MAX_TAGS) throw tooManyTags();
  return checked;
}

function tooManyTags(): AwsFault {
  return new AwsFault("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
}

function tagged(region: Region, ids: readonly string[]): Resource[] {
  return ids.map((id) => {
    const kind = kindOf(id);
    if (kind === undefined) throw new AwsFault("InvalidID", `The ID '${id}' is not valid`);
    return region.table(kind).usedOne(id);
  });
}

function createTags(region: Region, input: CreateTagsCommandInput): undefined {
  const resources = tagged(region, requiredList(input.Resources, "resourceIdSet"));
  const tags = checkedTagList(requiredList(input.Tags, "tagSet"));
  for (const resource of resources) {
    if (new Set([...resource.tags.keys(), ...tags.keys()]).size > MAX_TAGS) throw tooManyTags();
  }
  stopAtDryRun(input);
  for (const resource of resources) for (const [key, value] of tags) resource.tags.set(key, value);
}

/** Without tags, all are deleted; with a value, only where it has that one. */
function deleteTags(region: Region, input: DeleteTagsCommandInput): undefined {
  const resources = tagged(region, requiredList(input.Resources, "resourceIdSet"));
  stopAtDryRun(input);
  for (const { tags } of resources) {
    if (input.Tags === undefined || input.Tags.length === 0) tags.clear();
    for (const { Key, Value } of input.Tags ?? []) {
      if (Key === undefined) throw invalidValue("", "key", "Tag key cannot be null or empty.");
      if (Value === undefined || tags.get(Key) === Value) tags.delete(Key);
    }
  }
}

function describeTags(region: Region, input: DescribeTagsCommandInput): Partial<DescribeTagsCommandOutput> {
  const lines = region.tables().flatMap((table) =>
    table.listed().flatMap((resource) =>
      [...resource.tags].map(([Key, Value]) => ({
        id: resource.id,
        tags: new Map([[Key, Value]]),
        hidden: resource.hidden,
        shown: { ResourceId: resource.id, ResourceType: table.kind, Key, Value },
      })),
    ),
  );
  const matching = filtered(lines, input.Filters, {
    key: ({ shown }) => shown.Key,
    value: ({ shown }) => shown.Value,
    "resource-id": ({ shown }) => shown.ResourceId,
    "resource-type": ({ shown }) => shown.ResourceType,
  });
  const { items, next } = page(region, matching, input);
  return { Tags: items.map(({ shown }) => shown), ...next };
}

export const tagActions = { CreateTags: createTags, DeleteTags: deleteTags, DescribeTags: describeTags } satisfies Actions;
