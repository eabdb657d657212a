import { DriverError } from "../errors.js";
import type { StepRunner } from "./step-runner.js";

/**
 * How a step goes wrong. `fail-before`: it has no effect and throws. `fail-after`: it has its effect and throws.
 * `kill`: it has its effect, and the process ends at that instant. `abort`: it has its effect, and the user interrupts.
 */
export type FaultKind = "fail-before" | "fail-after" | "kill" | "abort";

/** What is to go wrong, at which step (the first is 1). */
export interface Fault {
  readonly kind: FaultKind;
  readonly atStep: number;
}

/** The steps of one process that works on a machine, one of which may go wrong. */
export class FakeProcess {
  /** Where the fault struck, for messages; `undefined` while it has not. */
  struck: string | undefined;
  /** Outside steps that were begun after the fault struck. Persisting is not one. */
  stepsAfterFault = 0;
  /** Resolves when the process is killed. */
  readonly killed: Promise<void>;
  readonly #fault: Fault | undefined;
  readonly #onAbort: () => void;
  #count = 0;
  #dead = false;
  #die: () => void = () => undefined;

  constructor(fault: Fault | undefined, onAbort: () => void) {
    this.#fault = fault;
    this.#onAbort = onAbort;
    this.killed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** How many steps were begun. */
  get count(): number {
    return this.#count;
  }

  /** Steps through the fake host and machine: their planned failure is a DriverError, as a real host's would be. */
  readonly hostSteps: StepRunner = {
    step: (name, effect) => this.#step(name, effect, (message) => new DriverError("COMMAND_FAILED", message)),
  };

  /** Steps of the world: their planned failure is an error of no special kind, as a vendor's library would throw it. */
  readonly worldSteps: StepRunner = { step: (name, effect) => this.#step(name, effect, (message) => new Error(message)) };

  async #step<T>(name: string, effect: () => T | Promise<T>, failure: (message: string) => Error): Promise<T> {
    if (this.#dead) return never();
    this.#count += 1;
    if (this.struck !== undefined && !name.startsWith("persist ")) this.stepsAfterFault += 1;
    if (this.#fault?.atStep !== this.#count) {
      const value = await effect();
      return this.#dead ? never() : value;
    }
    return this.#strike(this.#fault, name, effect, failure);
  }

  async #strike<T>(fault: Fault, name: string, effect: () => T | Promise<T>, failure: (message: string) => Error): Promise<T> {
    this.struck = `step ${fault.atStep} (${name})`;
    if (fault.kind === "fail-before") throw failure(`A failure planned by the test, before ${name}.`);
    const value = await effect();
    if (fault.kind === "fail-after") throw failure(`A failure planned by the test, after ${name}.`);
    if (fault.kind === "abort") {
      this.#onAbort();
      return value;
    }
    this.#dead = true;
    this.#die();
    return never();
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
