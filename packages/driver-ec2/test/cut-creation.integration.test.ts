import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { afterwards } from "../../../test/support/aws/faults.ts";
import { makeInstance } from "../src/create.js";
import { findOrphans } from "../src/orphans.js";
import { removeInstance } from "../src/remove.js";
import { type GivenMachine, NetworkScene } from "./support/network-scene.ts";

let scene: NetworkScene;
beforeEach(async () => {
  scene = await NetworkScene.start();
});
afterEach(async () => {
  expect(scene.standIn.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

type Flags = NonNullable<GivenMachine["flags"]>;

const isMutating = (action: string) => !/^(Describe|Get)/.test(action);

const KINDS: readonly (readonly [string, Flags])[] = [
  ["on demand", {}],
  ["as a spot instance", { "request-spot-instance": true }],
  ["by a fleet", { "request-spot-instance": true, "instance-type": ["t3.micro", "t3.small"] }],
];

/** The calls that change something, in the order in which a whole creation makes them. */
async function mutatingCalls(flags: Flags): Promise<readonly string[]> {
  const machine = scene.machine({ state: {}, flags });
  await makeInstance(machine, scene.host);
  const actions = scene.standIn.calls.map(({ action }) => action).filter(isMutating);
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
  return actions;
}

/** Makes a machine until a call is done at AWS, and no further: its answer reaches nobody. */
async function cutAfter(action: string, flags: Flags) {
  const machine = scene.machine({ state: {}, flags });
  const host = new FakeHost({ directory: scene.directory });
  scene.standIn.faults.plan(
    afterwards(() => host.abort()),
    // The first ones may be refused, as AWS doesn't know yet what they name.
    { action, times: 99 },
  );
  await expect(makeInstance(machine, host)).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
  scene.standIn.faults.clear();
  return machine;
}

test.each(KINDS)("A creation %s that ends after any call that changes something is removed without residue", async (_kind, flags) => {
  const actions = await mutatingCalls(flags);
  expect(actions.length).toBeGreaterThanOrEqual(4);
  scene.account.consistency = { ...scene.account.consistency, hiddenReads: 2, hiddenWrites: 1 };
  for (const action of new Set(actions)) {
    const machine = await cutAfter(action, flags);
    await removeInstance(machine, scene.host);
    expect([action, ...scene.account.residue()]).toEqual([action]);
  }
});

test.each(KINDS)("A machine %s that AWS doesn't know everywhere yet is removed without residue", async (_kind, flags) => {
  scene.account.consistency = { ...scene.account.consistency, hiddenReads: 2, hiddenWrites: 2 };
  const machine = scene.machine({ state: {}, flags });
  await makeInstance(machine, scene.host);
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test.each(KINDS)(
  "A creation %s that ends after any call leaves orphans that are found and removed, without its state",
  async (_kind, flags) => {
    const actions = await mutatingCalls(flags);
    for (const action of new Set(actions)) {
      await cutAfter(action, flags);
      for (const orphan of await findOrphans({ options: scene.options(), machines: async () => [], anyStore: false }, scene.host)) {
        await orphan.remove();
      }
      expect([action, ...scene.account.residue()]).toEqual([action]);
    }
  },
);
