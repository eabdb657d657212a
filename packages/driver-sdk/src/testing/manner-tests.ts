import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import { isDriverError } from "../errors.js";
import type { DriverState } from "../machine.js";
import type { OptionSpec, OptionSpecs } from "../options.js";
import { createFirst } from "./failure-tests.js";
import { atEachStep } from "./faults.js";
import type { Capability, ConformanceFixture, ConformanceTest } from "./fixture.js";
import { create, remove } from "./lifecycle-tests.js";
import { captureOutput } from "./output-capture.js";
import { describe, type Operation, Scene, type Session } from "./scene.js";

const SHORTEST_SECRET = 4;

/** How a driver must speak: through its host, in errors that users can act on, and never of secrets. */
export function mannerTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  const hasSecrets = Object.values<OptionSpec>(definition.options).some((spec) => spec.secret === true);
  return [
    { name: "nothing is printed, and the process is never ended", run: () => Scene.with(definition, fixture, checkSilence) },
    { name: "errors are DriverErrors with a code and a message", run: () => checkErrors(definition, fixture) },
    ...(hasSecrets
      ? [{ name: "secrets stay out of command lines, logs and state", run: () => Scene.with(definition, fixture, checkSecrets) }]
      : []),
  ];
}

/** A machine's whole life, in one process; what can't be done is passed over. */
async function liveThrough<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<Session<O, S>> {
  const session = scene.start();
  const { capabilities } = scene.fixture;
  const optional =
    (name: Capability): Operation<O, S> =>
    async (driver) =>
      driver[name]?.();
  const life: readonly Operation<O, S>[] = [
    optional("preCreateCheck"),
    create,
    (driver) => driver.status(),
    (driver) => driver.address(),
    (driver) => driver.url(),
    optional("sshEndpoint"),
    ...(["stop", "start", "restart", "kill"] as const).filter((name) => capabilities.includes(name)).map(optional),
    remove,
  ];
  for (const operation of life) await scene.attempt(session, "an operation", operation);
  return session;
}

async function checkSilence<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { text, exited } = await captureOutput(async () => {
    await liveThrough(scene);
    const failing = scene.start({ kind: "fail-before", atStep: 1 });
    await scene.attempt(failing, "create", create);
  });
  assert.equal(text, "", "a driver speaks through host.log and host.progress; this was printed instead");
  assert.equal(exited, false, "the driver called process.exit");
}

async function checkSecrets<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { host, machine } = await liveThrough(scene);
  const said = [
    ...host.runs.map(({ file, args }) => ["a command line", [file, ...args].join(" ")] as const),
    ...host.lines.map(({ message }) => ["a log line", message] as const),
    ...host.progressSteps.map((step) => ["a progress step", step] as const),
    ["the saved state", machine.savedJson] as const,
  ];
  for (const [property, spec] of Object.entries<OptionSpec>(scene.definition.options)) {
    const secret = spec.secret === true ? scene.options[property] : undefined;
    if (typeof secret !== "string" || secret.length < SHORTEST_SECRET) continue;
    const leak = said.find(([, text]) => text.includes(secret));
    assert.equal(leak?.[0], undefined, `the value of --${spec.flag} is in ${leak?.[0]}`);
  }
}

/** An operation's name, the operation, and what brings a world to where it starts. */
type ErrorPlan<O extends OptionSpecs, S extends DriverState> = readonly [string, Operation<O, S>, (scene: Scene<O, S>) => Promise<void>];

async function checkErrors<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): Promise<void> {
  await Scene.with(definition, fixture, checkErrorsWithoutHost);
  const operations = (["start", "stop", "kill", "restart"] as const).filter((name) => fixture.capabilities.includes(name));
  const plans: readonly ErrorPlan<O, S>[] = [
    ["create", create, async () => undefined],
    ["remove", remove, createFirst],
    ["status", (driver) => driver.status(), createFirst],
    ...operations.map((name): ErrorPlan<O, S> => [name, async (driver) => driver[name]?.(), createFirst]),
  ];
  for (const [what, operation, prepare] of plans) {
    await atEachStep<O, S>(definition, fixture, {
      kind: "fail-before",
      what,
      operation,
      prepare,
      check: async (_scene, { outcome, story }) => {
        if (outcome.kind === "failed") checkError(outcome.error, story);
      },
    });
  }
}

/** Without a host there is nothing to start and no address: both must say so. */
async function checkErrorsWithoutHost<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const impossible: readonly Capability[] = ["start", "restart"];
  const operations: readonly (readonly [string, Operation<O, S>])[] = [
    ["address", (driver) => driver.address()],
    ["url", (driver) => driver.url()],
    ...impossible
      .filter((name) => scene.fixture.capabilities.includes(name))
      .map((name): readonly [string, Operation<O, S>] => [name, async (driver) => driver[name]?.()]),
  ];
  for (const [what, operation] of operations) {
    const outcome = await scene.attempt(scene.start(), what, operation);
    if (outcome.kind !== "failed") assert.fail(`${what} of a machine that was never created must reject`);
    checkError(outcome.error, `${what} of a machine that was never created`);
  }
}

function checkError(error: unknown, story: string): void {
  if (!isDriverError(error)) assert.fail(`${story}: it rejected with no DriverError: ${describe(error)}`);
  assert.match(error.code, /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/, `${story}: the error's code`);
  assert.ok(error.message.trim() !== "", `${story}: the error ${error.code} has no message`);
  assert.doesNotMatch(error.message, /\[object |\bundefined\b|\bNaN\b/, `${story}: the message of ${error.code}`);
  assert.ok(
    error.suggestions.every((suggestion) => typeof suggestion === "string" && suggestion !== ""),
    `${story}: a suggestion of ${error.code} is empty`,
  );
}
