import type { MachineEvents } from "../hooks.js";

/** A hook that failed. */
export interface HookFailure {
  /** The package name of the plugin. */
  readonly plugin: string;
  readonly error: unknown;
}

/** Runs the hooks of plugins around a machine's life. */
export interface MachineHooks {
  /** Whether anybody may listen: without, nothing needs to be found out about the machine. */
  readonly any: boolean;
  /** Runs all hooks of an event, and returns those that failed. */
  run<Event extends keyof MachineEvents>(event: Event, machine: MachineEvents[Event]): Promise<readonly HookFailure[]>;
}
