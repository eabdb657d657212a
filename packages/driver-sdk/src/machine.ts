import type { OptionSpecs, OptionValues } from "./options.js";

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What a driver has made outside, as saved in the `Driver` object of config.json.
 * Field names are the Go program's where it has them (`IPAddress`, `SSHUser`, `InstanceId`), so that either program can take over the other's machines.
 */
export type DriverState = { readonly [field: string]: JsonValue | undefined };

/** The fields of {@link DriverState} that the host and {@link BaseDriver} read themselves. */
export type CommonState = {
  /** The host's address, without brackets or port. Absent while it has none. */
  readonly IPAddress?: string;
  readonly SSHUser?: string;
  readonly SSHPort?: number;
  /** The private key's path on this computer. */
  readonly SSHKeyPath?: string;
};

/** Fields of the state to write; `undefined` removes a field. */
export type StateChanges<S extends DriverState> = { readonly [K in keyof S]?: S[K] | undefined };

/** One machine, as its driver sees it: the user's wish, and what exists of it. */
export interface Machine<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState> {
  /** Matches `^[a-zA-Z0-9][a-zA-Z0-9.-]*$`. */
  readonly name: string;
  /** The machine's folder on this computer (mode 0700). It exists, and is removed by the host after {@link BaseDriver.remove}. */
  readonly directory: string;
  /** The user's wish, checked. Of a machine that the Go program made, the defaults. */
  readonly options: OptionValues<O>;
  /** What has been persisted so far. */
  readonly state: Readonly<Partial<S>>;
  /**
   * Merges `changes` into {@link state} and writes it to disk before it resolves; `undefined` removes a field.
   * Call it after each outside effect: what is persisted is what `remove` can find again after a crash.
   */
  persist(changes: StateChanges<S>): Promise<void>;
}
