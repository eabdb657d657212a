import type { DriverState, Machine, StateChanges } from "../machine.js";
import type { OptionSpecs, OptionValues } from "../options.js";
import { type StepRunner, undisturbed } from "./step-runner.js";

/** What a {@link FakeMachine} starts from. */
export interface FakeMachineOptions<O extends OptionSpecs, S extends DriverState> {
  readonly options: OptionValues<O>;
  /** An existing folder. */
  readonly directory: string;
  /** Default: `dev`. */
  readonly name?: string;
  /** What was persisted before. Default: nothing. */
  readonly state?: Partial<S>;
  /** What {@link FakeMachine.persist} passes through. Default: nothing. */
  readonly steps?: StepRunner;
}

/** A {@link Machine} for tests. Its disk is a JSON text; options and state are frozen, so that a driver that changes them is noticed. */
export class FakeMachine<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState> implements Machine<O, S> {
  readonly name: string;
  readonly directory: string;
  readonly options: OptionValues<O>;
  #savedJson: string;
  readonly #steps: StepRunner;

  constructor(given: FakeMachineOptions<O, S>) {
    this.name = given.name ?? "dev";
    this.directory = given.directory;
    this.options = deepFreeze(structuredClone(given.options));
    this.#savedJson = JSON.stringify(given.state ?? {});
    this.#steps = given.steps ?? undisturbed;
  }

  /** What is on disk: the state as JSON. */
  get savedJson(): string {
    return this.#savedJson;
  }

  get state(): Readonly<Partial<S>> {
    return deepFreeze(JSON.parse(this.#savedJson) as Partial<S>);
  }

  /** @throws {TypeError} for what JSON can't hold */
  async persist(changes: StateChanges<S>): Promise<void> {
    for (const [field, value] of Object.entries(changes)) {
      if (value !== undefined && !isJson(value)) throw new TypeError(`persist: the field "${field}" is not JSON`);
    }
    const changesJson = JSON.stringify(changes);
    const removed = Object.keys(changes).filter((field) => changes[field] === undefined);
    await this.#steps.step(`persist ${Object.keys(changes).join(", ")}`, () => {
      const state = { ...JSON.parse(this.#savedJson), ...JSON.parse(changesJson) };
      for (const field of removed) delete state[field];
      this.#savedJson = JSON.stringify(state);
    });
  }
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
