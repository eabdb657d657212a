import type { Filter } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Resource } from "./resource-table.ts";

/** What a resource has for each filter that its Describe call knows. */
export type FilterValues<T> = Readonly<Record<string, (resource: T) => readonly (string | undefined)[] | string | undefined>>;

/** AWS takes at most 200 values a request. */
const MAX_VALUES = 200;

/**
 * Keeps what fits all filters, any value of each: exact, by case, with `*` and `?` as wildcards. Every kind knows `tag:KEY` and `tag-key`.
 *
 * @throws AwsFault `InvalidParameterValue` for a filter that the call doesn't know, `FilterLimitExceeded` for too many values
 */
export function filtered<T extends Resource>(resources: readonly T[], filters: readonly Filter[] | undefined, known: FilterValues<T>): T[] {
  const values = (filters ?? []).reduce((count, filter) => count + (filter.Values?.length ?? 0), 0);
  if (values > MAX_VALUES)
    throw new AwsFault("FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200");
  const tests = (filters ?? []).map((filter) => testOf(filter, known));
  return resources.filter((resource) => tests.every((test) => test(resource)));
}

function testOf<T extends Resource>(filter: Filter, known: FilterValues<T>): (resource: T) => boolean {
  const name = filter.Name ?? "";
  if (filter.Values === undefined || filter.Values.length === 0) {
    throw new AwsFault("InvalidParameterValue", `The filter '${name}' has no values`);
  }
  const patterns = filter.Values.map(patternOf);
  const fits = (value: string | undefined) => value !== undefined && patterns.some((pattern) => pattern.test(value));
  if (name.startsWith("tag:")) return (resource) => fits(resource.tags.get(name.slice("tag:".length)));
  if (name === "tag-key") return (resource) => [...resource.tags.keys()].some(fits);
  const values = Object.hasOwn(known, name) ? known[name] : undefined;
  if (values === undefined) throw new AwsFault("InvalidParameterValue", `The filter '${name}' is invalid`);
  return (resource) => [values(resource)].flat().some(fits);
}

function patternOf(value: string): RegExp {
  const source = value.replaceAll(/\\?[\s\S]/g, (part) => {
    if (part === "*") return "[\\s\\S]*";
    if (part === "?") return "[\\s\\S]";
    return (part.length === 2 ? part.slice(1) : part).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}
