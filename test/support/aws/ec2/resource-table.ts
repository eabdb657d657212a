import { AwsFault } from "../aws-fault.ts";
import { isWellFormed, KINDS, type ResourceKind } from "./kinds.ts";

/** For how many more calls a new thing isn't there yet: EC2 is eventually consistent. */
export interface Hidden {
  /** Calls that look for it. */
  reads: number;
  /** Calls that name it to change or use it. */
  writes: number;
}

/** A thing in an account that has an id and tags. */
export interface Resource {
  readonly id: string;
  readonly tags: Map<string, string>;
  readonly hidden: Hidden;
}

/** All things of a kind in a region, in the order of their making. Lookups fail as EC2's do. */
export class ResourceTable<T extends Resource> {
  readonly kind: ResourceKind;
  readonly #resources = new Map<string, T>();

  constructor(kind: ResourceKind) {
    this.kind = kind;
  }

  add(resource: T): T {
    this.#resources.set(resource.id, resource);
    return resource;
  }

  delete(id: string): void {
    this.#resources.delete(id);
  }

  /** All that exist, also those that no call finds yet. Not for answers. */
  all(): T[] {
    return [...this.#resources.values()];
  }

  /** What has the id, also when no call finds it yet. Not for answers. */
  at(id: string | undefined): T | undefined {
    return id === undefined ? undefined : this.#resources.get(id);
  }

  /** What a call that lists finds. */
  listed(): T[] {
    return this.all().filter((resource) => !takeOne(resource.hidden, "reads"));
  }

  /**
   * What a call finds that looks for these ids; all, if it names none.
   *
   * @throws AwsFault if a single one can't be an id, or isn't there
   */
  found(ids: readonly string[] | undefined): T[] {
    if (ids === undefined || ids.length === 0) return this.listed();
    return this.#named(ids, "reads");
  }

  /**
   * What a call names to change or use it.
   *
   * @throws AwsFault if a single one can't be an id, or isn't there
   */
  used(ids: readonly string[]): T[] {
    return this.#named(ids, "writes");
  }

  /** Like `used`, for one. */
  usedOne(id: string): T {
    const [resource] = this.used([id]);
    if (resource === undefined) throw this.unknown([id]);
    return resource;
  }

  /** The fault for ids that nothing has. */
  unknown(ids: readonly string[]): AwsFault {
    const { noun, notFound } = KINDS[this.kind];
    const list = this.kind === "image" ? `[${ids.join(", ")}]` : ids.join(", ");
    return new AwsFault(notFound, ids.length === 1 ? `The ${noun} '${list}' does not exist` : `The ${noun}s '${list}' do not exist`);
  }

  #named(ids: readonly string[], purpose: keyof Hidden): T[] {
    for (const id of ids) {
      if (isWellFormed(this.kind, id)) continue;
      const { malformed, notFound, prefix } = KINDS[this.kind];
      if (malformed === notFound) throw this.unknown([id]);
      throw new AwsFault(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
    }
    const found = new Map<string, T>();
    for (const id of new Set(ids)) {
      const resource = this.#resources.get(id);
      if (resource !== undefined && !takeOne(resource.hidden, purpose)) found.set(id, resource);
    }
    const missing = [...new Set(ids)].filter((id) => !found.has(id));
    if (missing.length > 0) throw this.unknown(missing);
    return [...found.values()];
  }
}

/** Whether the thing is hidden from this call, which then was one of those that it is hidden from. */
function takeOne(hidden: Hidden, purpose: keyof Hidden): boolean {
  if (hidden[purpose] <= 0) return false;
  hidden[purpose] -= 1;
  return true;
}
