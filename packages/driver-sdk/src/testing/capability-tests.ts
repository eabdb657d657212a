import type { DriverDefinition } from "../definition.js";
import type { MachineStatus } from "../driver.js";
import type { DriverState } from "../machine.js";
import type { OptionSpecs } from "../options.js";
import { checkInterruption, createFirst } from "./failure-tests.js";
import { atEachStep } from "./faults.js";
import type { Capability, ConformanceFixture, ConformanceTest } from "./fixture.js";
import { remove } from "./lifecycle-tests.js";
import { type Operation, Scene } from "./scene.js";

type PowerOperation = Extract<Capability, "start" | "stop" | "kill" | "pause" | "save" | "restart">;

const statusAfter: Readonly<Record<PowerOperation, MachineStatus>> = {
  start: "Running",
  stop: "Stopped",
  kill: "Stopped",
  pause: "Paused",
  save: "Saved",
  restart: "Running",
};

/** What start, stop, kill, pause, save and restart must do, where the fixture declares them. */
export function capabilityTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  const dropsMemory: ConformanceTest = {
    name: "kill drops what save has saved",
    run: () => Scene.with(definition, fixture, killAfterSave),
  };
  const hasBoth = fixture.capabilities.includes("save") && fixture.capabilities.includes("kill");
  const declared = (Object.keys(statusAfter) as PowerOperation[]).filter((name) => fixture.capabilities.includes(name));
  const ofEach = declared.flatMap((name) => [
    {
      name: `${name} brings the host to the status ${statusAfter[name]}, and may be repeated`,
      run: () => Scene.with(definition, fixture, cycle(name)),
    },
    { name: `remove after ${name} leaves nothing behind`, run: () => Scene.with(definition, fixture, removeAfter(name)) },
    { name: `${name} can be repeated after a failure at any of its steps`, run: () => repeatAfterFailures(definition, fixture, name) },
    { name: `${name} stops soon when interrupted at any step`, run: () => interrupt(definition, fixture, name) },
  ]);
  return hasBoth ? [...ofEach, dropsMemory] : ofEach;
}

function perform(name: PowerOperation): Operation<OptionSpecs, DriverState> {
  return async (driver) => driver[name]?.();
}

/** Brings a new machine to where the operation has something to do. */
async function prepareFor<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>, name: PowerOperation): Promise<void> {
  await createFirst(scene);
  if (name !== "start") return;
  const stopping = scene.fixture.capabilities.includes("stop") ? "stop" : "kill";
  if (scene.fixture.capabilities.includes(stopping)) await scene.must(stopping, perform(stopping));
}

function cycle<O extends OptionSpecs, S extends DriverState>(name: PowerOperation): (scene: Scene<O, S>) => Promise<void> {
  return async (scene) => {
    await prepareFor(scene, name);
    await scene.must(name, perform(name));
    await scene.mustHaveStatus(statusAfter[name], `after ${name}`);
    await scene.must(`${name} again`, perform(name));
    await scene.mustHaveStatus(statusAfter[name], `after ${name} twice`);
    if (statusAfter[name] !== "Running" && scene.fixture.capabilities.includes("start")) {
      await scene.must(`start after ${name}`, perform("start"));
      await scene.mustHaveStatus("Running", `after ${name} and start`);
    }
  };
}

async function killAfterSave<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await createFirst(scene);
  await scene.must("save", perform("save"));
  await scene.must("kill after save", perform("kill"));
  await scene.mustHaveStatus("Stopped", "after save and kill");
}

function removeAfter<O extends OptionSpecs, S extends DriverState>(name: PowerOperation): (scene: Scene<O, S>) => Promise<void> {
  return async (scene) => {
    await prepareFor(scene, name);
    await scene.must(name, perform(name));
    await scene.must(`remove after ${name}`, remove);
    await scene.mustBeEmpty(`after ${name} and remove`);
  };
}

async function repeatAfterFailures<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
  name: PowerOperation,
): Promise<void> {
  for (const kind of ["fail-before", "fail-after", "kill"] as const) {
    await atEachStep<O, S>(definition, fixture, {
      kind,
      what: name,
      operation: perform(name),
      prepare: (scene) => prepareFor(scene, name),
      check: async (scene, { story }) => {
        await scene.must(`${name}, after ${story},`, perform(name));
        await scene.mustHaveStatus(statusAfter[name], `after ${story}, and ${name} again`);
      },
    });
  }
}

async function interrupt<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
  name: PowerOperation,
): Promise<void> {
  await atEachStep<O, S>(definition, fixture, {
    kind: "abort",
    what: name,
    operation: perform(name),
    prepare: (scene) => prepareFor(scene, name),
    check: async (scene, { outcome, story }) => {
      checkInterruption(outcome, story);
      await scene.must(`remove, after ${story},`, remove);
      await scene.mustBeEmpty(`after ${story}, and then remove`);
    },
  });
}
