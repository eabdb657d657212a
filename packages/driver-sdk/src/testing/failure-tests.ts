import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import { isDriverError } from "../errors.js";
import type { DriverState } from "../machine.js";
import type { OptionSpecs } from "../options.js";
import type { FaultKind } from "./fake-process.js";
import { atEachStep, type FaultPlan, type Struck } from "./faults.js";
import type { ConformanceFixture, ConformanceTest } from "./fixture.js";
import { create, remove } from "./lifecycle-tests.js";
import { describe, type Outcome, Scene } from "./scene.js";

const failures: readonly (readonly [FaultKind, string])[] = [
  ["fail-before", "a failure before any of its steps"],
  ["fail-after", "a failure after any of its steps"],
  ["kill", "the process was killed after any of its steps"],
];

/** What must hold after a failure, a kill or an interruption at each step. */
export function failureTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  const planned = (name: string, plan: FaultPlan<O, S>): ConformanceTest => ({ name, run: () => atEachStep(definition, fixture, plan) });
  const creating = { what: "create", operation: create, prepare: async () => undefined };
  const removing = { what: "remove", operation: remove, prepare: createFirst };
  return [
    ...failures.map(([kind, when]) => planned(`remove cleans up after create when ${when}`, { ...creating, kind, check: removeCleans })),
    ...failures.map(([kind, when]) => planned(`create can be repeated when ${when}`, { ...creating, kind, check: createContinues })),
    ...failures.map(([kind, when]) => planned(`remove can be repeated when ${when}`, { ...removing, kind, check: removeCleans })),
    planned("create stops soon when interrupted at any step, and remove cleans up", { ...creating, kind: "abort", check: createStopped }),
    planned("remove stops soon when interrupted at any step, and can be repeated", { ...removing, kind: "abort", check: removeStopped }),
    {
      name: "create that is interrupted before it starts makes nothing",
      run: () => Scene.with(definition, fixture, checkInterruptedBeforeStart),
    },
  ];
}

/** Makes the machine, as the ground for another operation. */
export async function createFirst<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("create", create);
}

async function removeCleans<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, { story }: Struck<O, S>): Promise<void> {
  await scene.must(`remove, after ${story},`, remove);
  await scene.mustBeEmpty(`after ${story}, and then remove`);
}

async function createContinues<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, { story }: Struck<O, S>): Promise<void> {
  if (scene.fixture.createContinues === false) {
    const session = scene.start();
    await scene.attempt(session, `create, after ${story},`, create);
  } else {
    await scene.must(`create, after ${story},`, create);
    await scene.mustHaveStatus("Running", `after ${story}, and then create`);
  }
  await scene.must(`remove, after ${story} and create,`, remove);
  await scene.mustBeEmpty(`after ${story}, create again, and remove`);
}

async function createStopped<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, struck: Struck<O, S>): Promise<void> {
  const { session, outcome, story } = struck;
  if (outcome.kind === "done") {
    const wentOn = session.host.refusals + session.process.stepsAfterFault;
    assert.equal(wentOn, 0, `${story}, but it went on and says that it succeeded`);
  }
  checkInterruption(struck.outcome, struck.story);
  await removeCleans(scene, struck);
}

async function removeStopped<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, struck: Struck<O, S>): Promise<void> {
  checkInterruption(struck.outcome, struck.story);
  await removeCleans(scene, struck);
}

async function checkInterruptedBeforeStart<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const session = scene.start();
  session.host.abort();
  const outcome = await scene.attempt(session, "create, interrupted before it starts,", create);
  await scene.mustBeEmpty("after a create that was interrupted before it started");
  checkInterruption(outcome, "create was interrupted before it started");
}

/** An interrupted operation may still succeed, or it rejects with an error the user can read. */
export function checkInterruption(outcome: Outcome, story: string): void {
  if (outcome.kind !== "failed") return;
  const { error } = outcome;
  const isReadable = isDriverError(error) || (error instanceof Error && error.name === "AbortError");
  assert.ok(isReadable, `${story}, and rejected with neither a DriverError nor an AbortError: ${describe(error)}`);
}
