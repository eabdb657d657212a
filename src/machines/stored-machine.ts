import {
  type DriverState,
  type JsonValue,
  type Machine,
  type OptionSpecs,
  type OptionValues,
  resolveOptions,
} from "@docker-machine/driver-sdk";
import type { MachineConfig, OwnFields } from "../store/machine-config.js";
import type { MachineStore } from "../store/machine-store.js";

const EMPTY: Readonly<Record<string, JsonValue>> = { IPAddress: "", SSHUser: "", SSHPort: 0, SSHKeyPath: "" };

/** Whether changes of state go to disk (the caller holds the machine's lock), or are only seen by this process. */
export type PersistMode = "write" | "memory";

/** A machine of the store, as its driver sees it. */
export class StoredMachine implements Machine {
  readonly options: OptionValues<OptionSpecs>;
  readonly directory: string;
  readonly #store: MachineStore;
  readonly #mode: PersistMode;
  #config: MachineConfig;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(store: MachineStore, config: MachineConfig, options: OptionValues<OptionSpecs>, mode: PersistMode) {
    this.#store = store;
    this.#config = config;
    this.#mode = mode;
    this.options = options;
    this.directory = store.paths.machineDirectory(config.Name);
  }

  get name(): string {
    return this.#config.Name;
  }

  /** config.json as of now. */
  get config(): MachineConfig {
    return this.#config;
  }

  get state(): Readonly<Partial<DriverState>> {
    return Object.fromEntries(Object.entries(this.#config.Driver).filter(([field, value]) => !isUnset(field, value)));
  }

  async persist(changes: Partial<DriverState>): Promise<void> {
    // Copied through JSON, so that what a driver holds on to can't change what is saved.
    const copy = JSON.parse(JSON.stringify({ ...changes, ...unset(changes) })) as Record<string, JsonValue>;
    const isRemoved = (field: string) => Object.hasOwn(changes, field) && !Object.hasOwn(copy, field);
    const kept = Object.entries(this.#config.Driver).filter(([field]) => !isRemoved(field));
    const state = { ...Object.fromEntries(kept), ...copy };
    await this.#replace({ ...this.#config, Driver: state });
  }

  /** Records how far `create` has come. */
  async persistProgress(progress: OwnFields["Progress"]): Promise<void> {
    const own = this.#config.DockerMachine;
    if (own === undefined) return;
    await this.#replace({ ...this.#config, DockerMachine: { ...own, Progress: progress } });
  }

  async #replace(config: MachineConfig): Promise<void> {
    this.#config = config;
    if (this.#mode === "memory") return;
    const write = this.#lastWrite.then(() => this.#store.save(config));
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }
}

/** What stands in config.json for a common field that a driver removes. */
function unset(changes: Partial<DriverState>): Record<string, JsonValue> {
  const removed = Object.keys(changes).filter((field) => changes[field] === undefined && Object.hasOwn(EMPTY, field));
  return Object.fromEntries(removed.map((field) => [field, EMPTY[field] ?? ""]));
}

/** The Go program writes these fields of every machine, with empty values until a driver sets them; a driver of ours sees them when they are set. */
function isUnset(field: string, value: JsonValue | undefined): boolean {
  return Object.hasOwn(EMPTY, field) && value === EMPTY[field];
}

/** Splits option values into those that config.json may hold and the secret ones. */
export function splitSecrets(
  specs: OptionSpecs,
  values: OptionValues<OptionSpecs>,
): { readonly open: Record<string, JsonValue>; readonly secret: Record<string, JsonValue> } {
  const open: Record<string, JsonValue> = {};
  const secret: Record<string, JsonValue> = {};
  for (const [property, spec] of Object.entries(specs)) {
    const value = values[property];
    if (value !== undefined) (spec.secret === true ? secret : open)[property] = value;
  }
  return { open, secret };
}

/**
 * The options an existing machine was created with. A machine that the Go program made has the defaults, and empty texts for required options:
 * what it needs is in its state.
 */
export function savedOptions(specs: OptionSpecs, saved: Readonly<Record<string, unknown>>): OptionValues<OptionSpecs> {
  const relaxed = Object.entries(specs).map(([property, spec]) => {
    const optional = spec.type === "string" && spec.required === true ? { ...spec, required: false, default: spec.default ?? "" } : spec;
    return [property, optional] as const;
  });
  return resolveOptions(Object.fromEntries(relaxed), { saved });
}
