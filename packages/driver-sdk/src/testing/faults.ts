import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import type { DriverState } from "../machine.js";
import type { OptionSpecs } from "../options.js";
import type { FaultKind } from "./fake-process.js";
import type { ConformanceFixture } from "./fixture.js";
import { type Operation, type Outcome, Scene, type Session } from "./scene.js";

const MAX_STEPS = 1000;

/** What goes wrong in which operation, and what must be true then. */
export interface FaultPlan<O extends OptionSpecs, S extends DriverState> {
  readonly kind: FaultKind;
  /** The operation's name. */
  readonly what: string;
  readonly operation: Operation<O, S>;
  /** Brings the world to where the operation starts. */
  readonly prepare: (scene: Scene<O, S>) => Promise<void>;
  readonly check: (scene: Scene<O, S>, struck: Struck<O, S>) => Promise<void>;
}

/** One fault that struck. */
export interface Struck<O extends OptionSpecs, S extends DriverState> {
  readonly session: Session<O, S>;
  readonly outcome: Outcome;
  /** For messages: "create failed after step 3 (…)". */
  readonly story: string;
}

const verbs: Readonly<Record<FaultKind, string>> = {
  "fail-before": "failed before",
  "fail-after": "failed after",
  kill: "was killed after",
  abort: "was interrupted at",
};

/** Lets the operation go wrong at its first step in a new world, then at its second in another, and so on to its last. */
export async function atEachStep<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
  plan: FaultPlan<O, S>,
): Promise<void> {
  for (let atStep = 1; atStep <= MAX_STEPS; atStep++) {
    const struck = await Scene.with(definition, fixture, async (scene) => strikeOnce(scene, plan, atStep));
    if (!struck) return;
  }
  assert.fail(`${plan.what} takes more than ${MAX_STEPS} steps`);
}

async function strikeOnce<O extends OptionSpecs, S extends DriverState>(
  scene: Scene<O, S>,
  plan: FaultPlan<O, S>,
  atStep: number,
): Promise<boolean> {
  await plan.prepare(scene);
  const before = await scene.world.residue();
  const session = scene.start({ kind: plan.kind, atStep });
  const outcome = await scene.attempt(session, plan.what, plan.operation);
  const where = session.process.struck;
  if (where === undefined) {
    if (session.process.count === 0) {
      assert.deepEqual(
        [...(await scene.world.residue())],
        [...before],
        `${plan.what} has effects outside that are no steps: see createWorld`,
      );
    }
    return false;
  }
  await plan.check(scene, { session, outcome, story: `${plan.what} ${verbs[plan.kind]} ${where}` });
  return true;
}
