import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import type { BaseDriver } from "../driver.js";
import type { DriverState } from "../machine.js";
import type { OptionSpecs } from "../options.js";
import type { Capability, ConformanceFixture, ConformanceTest } from "./fixture.js";
import { type Operation, Scene } from "./scene.js";

const capabilities: readonly Capability[] = ["preCreateCheck", "sshEndpoint", "start", "stop", "kill", "pause", "save", "restart"];

/** What create, status and remove must do when nothing goes wrong. */
export function lifecycleTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  const inScene = (name: string, action: (scene: Scene<O, S>) => Promise<void>): ConformanceTest => ({
    name,
    run: () => Scene.with(definition, fixture, action),
  });
  return [
    inScene("making a driver does no work", checkConstruction),
    inScene("the driver has the optional operations it is meant to have, and no others", checkCapabilities),
    inScene("checking before create leaves nothing behind", checkPreCreateCheck),
    inScene("create makes a running host that can be reached", checkCreate),
    inScene("create may be repeated", checkRepeatedCreate),
    inScene("what was persisted is enough for another process", checkPersistedState),
    inScene("asking for status and address changes nothing", checkQuestions),
    inScene("remove leaves nothing behind", checkRemove),
    inScene("remove may be repeated", checkRepeatedRemove),
    inScene("remove of a machine that was never created succeeds", checkRemoveOfNothing),
    inScene("remove of a host that has vanished succeeds", checkRemoveOfVanished),
  ];
}

/** The operation `create`. */
export const create: Operation<OptionSpecs, DriverState> = (driver) => driver.create();

/** The operation `remove`. */
export const remove: Operation<OptionSpecs, DriverState> = (driver) => driver.remove();

async function checkConstruction<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { process, host } = scene.start();
  assert.equal(process.count, 0, "createDriver took a step");
  assert.deepEqual(host.lines, [], "createDriver logged something");
  await scene.mustBeEmpty("after createDriver");
}

async function checkCapabilities<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { driver } = scene.start();
  const present = capabilities.filter((name) => typeof driver[name] === "function");
  const meant = capabilities.filter((name) => scene.fixture.capabilities.includes(name));
  assert.deepEqual(present, meant, "the optional methods of the driver, and those that its fixture declares");
}

async function checkPreCreateCheck<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { machine } = await scene.must("preCreateCheck", async (driver) => driver.preCreateCheck?.());
  assert.equal(machine.savedJson, "{}", "preCreateCheck persisted something");
  await scene.mustBeEmpty("after preCreateCheck");
}

async function checkCreate<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { driver } = await scene.must("create", create);
  const status = await driver.status();
  assert.equal(status, "Running", `the status after create is ${status}, but should be Running`);
  await checkReachable(driver);
}

async function checkReachable<O extends OptionSpecs, S extends DriverState>(driver: BaseDriver<O, S>): Promise<void> {
  const address = await driver.address();
  assert.match(address, /^[^\s/]+$/, "the address");
  assert.match(await driver.url(), /^[a-z][a-z0-9+.-]*:\/\/\S+$/, "the URL");
  const endpoint = await driver.sshEndpoint?.();
  if (endpoint === undefined) return;
  assert.match(endpoint.host, /^[^\s/[\]]+$/, "the SSH endpoint's host, without brackets");
  assert.match(endpoint.user, /^\S+$/, "the SSH endpoint's user");
  assert.ok(Number.isInteger(endpoint.port) && endpoint.port > 0 && endpoint.port < 65536, `the SSH endpoint's port is ${endpoint.port}`);
}

async function checkRepeatedCreate<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { driver } = await scene.must("create", create);
  const made = [...(await scene.world.residue())].sort();
  await driver.create();
  assert.deepEqual([...(await scene.world.residue())].sort(), made, "a second create by the same process made something else");
  await scene.must("create by another process", create);
  assert.deepEqual([...(await scene.world.residue())].sort(), made, "a second create by another process made something else");
  await scene.mustHaveStatus("Running", "after repeated creates");
}

async function checkPersistedState<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  const { driver } = await scene.must("create", create);
  const answers = await answersOf(driver);
  await scene.must("status, address and URL in another process", async (other) => {
    assert.deepEqual(await answersOf(other), answers, "what another process says, and what the creating one said");
  });
}

async function answersOf<O extends OptionSpecs, S extends DriverState>(driver: BaseDriver<O, S>): Promise<Record<string, unknown>> {
  return {
    status: await driver.status(),
    address: await driver.address(),
    url: await driver.url(),
    sshEndpoint: await driver.sshEndpoint?.(),
  };
}

async function checkQuestions<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("status before create", (driver) => driver.status());
  assert.equal(scene.savedJson, "{}", "status before create persisted something");
  await scene.mustBeEmpty("after status before create");
  await scene.must("create", create);
  const before = { saved: scene.savedJson, outside: await scene.world.residue() };
  await scene.must("status, address and URL", answersOf);
  assert.deepEqual({ saved: scene.savedJson, outside: await scene.world.residue() }, before);
}

async function checkRemove<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("create", create);
  const saved = scene.savedJson;
  await scene.must("remove", remove);
  await scene.mustBeEmpty("after remove");
  if (scene.fixture.adoptsHosts === true) return;
  scene.restore(saved);
  await scene.mustHaveStatus("NotFound", "once the host is gone");
}

async function checkRepeatedRemove<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("create", create);
  const { driver } = await scene.must("remove", remove);
  await driver.remove();
  await scene.must("remove by another process", remove);
  await scene.mustBeEmpty("after repeated removes");
}

async function checkRemoveOfNothing<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("remove before create", remove);
  await scene.mustBeEmpty("after remove before create");
}

async function checkRemoveOfVanished<O extends OptionSpecs, S extends DriverState>(scene: Scene<O, S>): Promise<void> {
  await scene.must("create", create);
  const saved = scene.savedJson;
  await scene.must("remove", remove);
  scene.restore(saved);
  await scene.must("remove of a host that somebody else has removed", remove);
  await scene.mustBeEmpty("after remove of a vanished host");
}
