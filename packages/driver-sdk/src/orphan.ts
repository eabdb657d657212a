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
  /**
   * The driver's machines that are in the store now. What is theirs is no orphan.
   * Ask after everything outside was listed: what is made for a machine is made after its state says so, so nothing of one that is being created is taken for an orphan.
   *
   * @throws if one of them can't be read, since it can't be told then what is its
   */
  machines(): Promise<readonly { readonly name: string; readonly state: Readonly<Partial<S>> }[]>;
  /** Whether what machines of another store left is meant, too: of one that was deleted, but also of colleagues'. */
  readonly anyStore: boolean;
}
