import { MachineError } from "../errors.js";
import type { MachineEvents } from "../hooks.js";
import type { HookFailure, MachineHooks } from "../machines/machine-hooks.js";
import { hasUserPlugins } from "./user-plugins.js";

type RunHooks = (event: keyof MachineEvents, machine: MachineEvents[keyof MachineEvents]) => Promise<readonly HookFailure[]>;

/** The hooks of the user's plugins. Without plugins, nothing of oclif is loaded. */
export class PluginHooks implements MachineHooks {
  readonly #signal: () => AbortSignal;
  #any: boolean | undefined;
  #loaded: Promise<RunHooks> | undefined;

  /** @param signal aborted when the user interrupts: a hook is then no longer waited for */
  constructor(signal: () => AbortSignal) {
    this.#signal = signal;
  }

  get any(): boolean {
    this.#any ??= hasUserPlugins();
    return this.#any;
  }

  async run<Event extends keyof MachineEvents>(event: Event, machine: MachineEvents[Event]): Promise<readonly HookFailure[]> {
    this.#loaded ??= import("../oclif/hook-runner.js").then(({ hookRunner }) => hookRunner());
    const runHooks = await this.#loaded;
    return this.#unlessInterrupted(runHooks(event, machine));
  }

  async #unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(new MachineError("OPERATION_ABORTED", "Interrupted while waiting for a plugin's hook."));
    const signal = this.#signal();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    try {
      return await Promise.race([work, promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}
