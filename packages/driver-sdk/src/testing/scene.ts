import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DriverDefinition } from "../definition.js";
import type { BaseDriver, MachineStatus } from "../driver.js";
import type { DriverState } from "../machine.js";
import { type OptionSpecs, type OptionValues, resolveOptions } from "../options.js";
import { FakeHost } from "./fake-host.js";
import { FakeMachine } from "./fake-machine.js";
import { FakeProcess, type Fault } from "./fake-process.js";
import type { ConformanceFixture, ConformanceWorld } from "./fixture.js";
import type { StepRunner } from "./step-runner.js";

/** What became of an operation. `killed`: it will never end, since its process was killed. */
export type Outcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly error: unknown } | { readonly kind: "killed" };

/** Something to do with a driver. */
export type Operation<O extends OptionSpecs, S extends DriverState> = (driver: BaseDriver<O, S>) => Promise<unknown>;

/** One test's world, and the machine's disk in it. Processes come and go; each has a driver of its own. */
export class Scene<O extends OptionSpecs, S extends DriverState> {
  readonly definition: DriverDefinition<O, S>;
  readonly fixture: ConformanceFixture;
  readonly options: OptionValues<O>;
  readonly world: ConformanceWorld;
  readonly #directory: string;
  readonly #outside: { current: StepRunner | undefined };
  #session: Session<O, S> | undefined;
  #savedJson = "{}";

  private constructor(
    definition: DriverDefinition<O, S>,
    fixture: ConformanceFixture,
    world: ConformanceWorld,
    directory: string,
    outside: { current: StepRunner | undefined },
  ) {
    this.definition = definition;
    this.fixture = fixture;
    this.world = world;
    this.options = resolveOptions(definition.options, { flags: world.flags });
    this.#directory = directory;
    this.#outside = outside;
  }

  /** Runs `action` with a world of its own, and clears that away. */
  static async with<O extends OptionSpecs, S extends DriverState, T>(
    definition: DriverDefinition<O, S>,
    fixture: ConformanceFixture,
    action: (scene: Scene<O, S>) => Promise<T>,
  ): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), "driver-conformance-"));
    try {
      const outside: { current: StepRunner | undefined } = { current: undefined };
      const world = await fixture.createWorld({
        step: async (name, effect) => (outside.current === undefined ? effect() : outside.current.step(name, effect)),
      });
      try {
        return await action(new Scene(definition, fixture, world, directory, outside));
      } finally {
        await world.dispose?.();
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** What is on the machine's disk: the state as JSON. */
  get savedJson(): string {
    return this.#session?.machine.savedJson ?? this.#savedJson;
  }

  /** Puts an earlier state back on the disk, as if what happened since had happened elsewhere. */
  restore(savedJson: string): void {
    this.#session = undefined;
    this.#savedJson = savedJson;
  }

  /** Starts a process: it loads the machine from disk and makes a driver. */
  start(fault?: Fault): Session<O, S> {
    const host: FakeHost = new FakeHost({
      ...(this.world.run === undefined ? {} : { run: this.world.run }),
      ...(this.world.ssh === undefined ? {} : { ssh: this.world.ssh }),
      directory: this.#directory,
      steps: { step: (name, effect) => process.hostSteps.step(name, effect) },
    });
    const process = new FakeProcess(fault, () => host.abort());
    const machine = new FakeMachine<O, S>({
      name: "conformance",
      directory: this.#directory,
      // As a later run of docker-machine would read them.
      options: resolveOptions(this.definition.options, { saved: JSON.parse(JSON.stringify(this.options)) }),
      state: JSON.parse(this.savedJson),
      steps: process.hostSteps,
    });
    this.#outside.current = process.worldSteps;
    const driver = this.definition.createDriver(machine, host);
    this.#session = { driver, host, machine, process };
    return this.#session;
  }

  /** Lets a session do something, and waits until it ends or its process is killed. Fails the test if neither comes soon. */
  async attempt({ driver, process, host }: Session<O, S>, what: string, operation: Operation<O, S>): Promise<Outcome> {
    const limitMs = this.fixture.operationTimeoutMs ?? 3000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), limitMs);
    });
    const ended = Promise.resolve()
      .then(() => operation(driver))
      .then(
        (): Outcome => ({ kind: "done" }),
        (error: unknown): Outcome => ({ kind: "failed", error }),
      );
    const outcome = await Promise.race([ended, process.killed.then((): Outcome => ({ kind: "killed" })), late]);
    clearTimeout(timer);
    if (outcome !== "late") return outcome;
    host.abort();
    assert.fail(`${what} did not end within ${limitMs} ms${process.struck === undefined ? "" : `, after ${process.struck}`}`);
  }

  /** Lets a new process do something that must succeed. */
  async must(what: string, operation: Operation<O, S>): Promise<Session<O, S>> {
    const session = this.start();
    const outcome = await this.attempt(session, what, operation);
    if (outcome.kind !== "failed") return session;
    if (outcome.error instanceof assert.AssertionError) throw outcome.error;
    assert.fail(`${what} must succeed, but: ${describe(outcome.error)}`);
  }

  /** Checks, by a new process, that the machine's status is `expected`. */
  async mustHaveStatus(expected: MachineStatus, when: string): Promise<void> {
    await this.must(`status ${when}`, async (driver) => {
      const status = await driver.status();
      assert.equal(status, expected, `the status ${when} is ${status}, but should be ${expected}`);
    });
  }

  /** Checks that nothing is left outside. */
  async mustBeEmpty(when: string): Promise<void> {
    const residue = await this.world.residue();
    assert.deepEqual([...residue], [], `${when}, this is left outside: ${residue.join(", ")}`);
  }
}

/** One process at work on the machine. */
export interface Session<O extends OptionSpecs, S extends DriverState> {
  readonly driver: BaseDriver<O, S>;
  readonly host: FakeHost;
  readonly machine: FakeMachine<O, S>;
  readonly process: FakeProcess;
}

/** An error for a message: its code, if it has one, and what it says. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? `${String(error.code)}: ` : "";
  return `${code}${error.message}`;
}
