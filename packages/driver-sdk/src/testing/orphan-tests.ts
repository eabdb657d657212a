import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import type { DriverState } from "../machine.js";
import { type OptionSpecs, resolveOptions } from "../options.js";
import type { Orphan } from "../orphan.js";
import { createFirst } from "./failure-tests.js";
import { FakeHost } from "./fake-host.js";
import { atEachStep, type Struck } from "./faults.js";
import type { ConformanceFixture, ConformanceTest } from "./fixture.js";
import { create, remove } from "./lifecycle-tests.js";
import { Scene } from "./scene.js";

const ANOTHER_STORE = "ffffffff-ffff-4fff-bfff-ffffffffffff";

/** What must hold for a driver that looks for orphans. */
export function orphanTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  if (definition.findOrphans === undefined) return [];
  const killed = { kind: "kill", what: "create", operation: create, prepare: async () => undefined } as const;
  return [
    { name: "what a machine knows of is no orphan", run: () => Scene.with(definition, fixture, checkKnown) },
    {
      name: "what is left of a machine that the store has lost is found, and removed, when create was killed after any of its steps",
      run: () => atEachStep(definition, fixture, { ...killed, check: findsAll }),
    },
    {
      name: "nothing of a machine that is being created is an orphan, after any of its steps",
      run: () => atEachStep(definition, fixture, { ...killed, check: findsNothing }),
    },
    { name: "what another store made is an orphan only if that is wished", run: () => Scene.with(definition, fixture, checkOtherStore) },
  ];
}

/** How one search differs. */
interface SearchOptions {
  /** Whether the store still has the machine. */
  readonly machine: "there" | "lost";
  readonly anyStore?: boolean;
  readonly storeId?: string;
}

async function search<O extends OptionSpecs, S extends DriverState>(
  scene: Scene<O, S>,
  { machine, anyStore = false, storeId }: SearchOptions,
): Promise<readonly Orphan[]> {
  const state = JSON.parse(scene.savedJson);
  // A search is a process of its own.
  scene.start();
  const { run, ssh, flags } = scene.world;
  const host = new FakeHost({
    ...(run === undefined ? {} : { run }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(storeId === undefined ? {} : { storeId }),
  });
  const machines = async () => (machine === "there" ? [{ name: "conformance", state }] : []);
  const options = resolveOptions(scene.definition.options, { flags });
  return (await scene.definition.findOrphans?.({ options, machines, anyStore }, host)) ?? [];
}

async function removeAll(orphans: readonly Orphan[]): Promise<void> {
  for (const orphan of orphans) await orphan.remove();
  // A colleague may have been quicker.
  for (const orphan of orphans) await orphan.remove();
}

async function checkKnown<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await createFirst(scene);
  assertNone(await search(scene, { machine: "there" }), "after create");
  await scene.must("remove", remove);
  assertNone(await search(scene, { machine: "lost" }), "after create and remove");
}

async function findsAll<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, { story }: Struck<O, S>): Promise<void> {
  const orphans = await search(scene, { machine: "lost" });
  const kept = orphans.find(({ keptBecause }) => keptBecause !== undefined);
  assert.equal(kept, undefined, `after ${story}, ${kept?.id} is an orphan that is not to be removed: ${kept?.keptBecause}`);
  await removeAll(orphans);
  await scene.mustBeEmpty(`after ${story}, and then the removal of ${orphans.length} orphans`);
}

async function findsNothing<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, { story }: Struck<O, S>): Promise<void> {
  assertNone(await search(scene, { machine: "there" }), `after ${story}`);
}

async function checkOtherStore<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await createFirst(scene);
  assertNone(await search(scene, { machine: "lost", storeId: ANOTHER_STORE }), "for a search from another store");
  await removeAll(await search(scene, { machine: "lost", storeId: ANOTHER_STORE, anyStore: true }));
  await scene.mustBeEmpty("after create, and then the removal of what all stores have lost");
}

function assertNone(orphans: readonly Orphan[], when: string): void {
  const found = orphans.map(({ id, kind }) => `${kind} ${id}`);
  assert.deepEqual(found, [], `${when}, these are taken for orphans: ${found.join(", ")}`);
}
