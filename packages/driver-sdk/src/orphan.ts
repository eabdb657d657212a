import type { DriverState } from "./machine.js";
import type { OptionSpecs, OptionValues } from "./options.js";

/** Something that a driver made outside, and that no machine knows of any more. */
export interface Orphan {
  /** How the provider names it: `i-0123456789abcdef0`. */
  readonly id: string;
  /** What it is, in the provider's words, and where: `instance in eu-west-1`. */
  readonly kind: string;
  /** The name of the machine that it was made for, if that is known. */
  readonly machineName?: string;
  /** When it was made, if that is known. */
  readonly madeAt?: Date;
  /** Why it can't be told whose it is, or why it can't be removed; then it is listed only. */
  readonly keptBecause?: string;
  /** Removes it. Succeeds when it is gone already. */
  remove(): Promise<void>;
}

/** Where orphans are looked for. */
export interface OrphanSearch<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState> {
  /** As typed for the search, and from the environment: credentials, regions. */
  readonly options: OptionValues<O>;
  /** The driver's machines that are in the store. What is theirs is no orphan. */
  readonly machines: readonly { readonly name: string; readonly state: Readonly<Partial<S>> }[];
  /** Whether what machines of another store left is meant, too: of one that was deleted, but also of colleagues'. */
  readonly anyStore: boolean;
}
