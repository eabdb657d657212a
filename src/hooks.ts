/** A machine that does not exist yet. */
export interface NewMachine {
  readonly name: string;
  /** The driver's name, such as `generic`. Empty for a machine whose config.json can't be read. */
  readonly driver: string;
  /** The folder of machines and certificates, as in `$MACHINE_STORAGE_PATH`. */
  readonly storePath: string;
}

/** A machine that exists, or just did. */
export interface KnownMachine extends NewMachine {
  /** Docker's endpoint, such as `tcp://10.0.0.5:2376`, where it is known. */
  readonly url?: string;
  /** The host's name or address, where it is known. */
  readonly ip?: string;
}

/** The moments of a machine's life that a plugin can hook into, with the machine each is about. */
export interface MachineEvents {
  /** Before anything of the machine is made. A hook that throws forbids it. */
  readonly "machine:precreate": NewMachine;
  /** When the machine is there and Docker runs on it. */
  readonly "machine:created": KnownMachine;
  /** Before anything of the machine is removed. A hook that throws forbids it, unless the user insists with `rm --force`. */
  readonly "machine:preremove": KnownMachine;
  /** When the machine is gone. */
  readonly "machine:removed": KnownMachine;
}

/** The `this` of a hook: what oclif gives it. */
export interface MachineHookContext {
  /** Writes a line to stdout. */
  log(message?: string, ...args: unknown[]): void;
  /** Writes a warning to stderr. */
  warn(message: string): void;
  /** Throws: the hook has failed. */
  error(message: Error | string): void;
  /** Writes a line to stderr if `$DEBUG` asks for it. */
  debug(...args: unknown[]): void;
}

/** The function that a hook's module exports as its default. */
export type MachineHook<Event extends keyof MachineEvents> = (
  this: MachineHookContext,
  options: { readonly machine: MachineEvents[Event] },
) => Promise<void> | void;
