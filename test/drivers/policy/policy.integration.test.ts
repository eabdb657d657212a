import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { InstallWishes } from "../../../src/drivers/candidate.js";
import { driverPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";

let world: DriverWorld;
beforeEach(async () => {
  world = await DriverWorld.start();
  world.registry.publish(driverPackage());
});

const SOURCE = "npm:docker-machine-driver-acme";
const system = () => join(world.root, "system", "policy.json");
const user = () => join(world.root, "user", "policy.json");
const withPolicy = () => world.drivers({ policyPlaces: { system: [system()], user: user() } });

async function write(path: string, rules: object | string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, typeof rules === "string" ? rules : JSON.stringify(rules));
}

it.each<[string, object, string]>([
  ["deny", { deny: ["npm:docker-machine-driver-*"] }, SOURCE],
  ["allow", { allow: ["github.com/my-org"] }, SOURCE],
  ["require.pin", { require: { pin: true } }, SOURCE],
  ["shortNames", { shortNames: false }, "acme"],
])("%s is judged before any network, for create as for install", async (rule, rules, typed) => {
  await write(system(), rules);
  for (const action of [() => withPolicy().obtain(typed), () => withPolicy().install(typed)]) {
    const error = await errorOf(action);
    expect(error).toMatchObject({ code: "POLICY_FORBIDS", message: expect.stringContaining(`the rule "${rule}" in ${system()}`) });
  }
  expect(world.registry.requests).toEqual([]);
});

it.each<[string, object, InstallWishes?]>([
  ["require.signature", { require: { signature: true } }],
  ["require.provenance", { require: { provenance: ["github.com/my-org"] } }],
  ["require.minimumReleaseAge", { require: { minimumReleaseAge: "7d" } }],
  ["installScripts", { installScripts: false }, { allowScripts: true }],
])("%s is judged before anything of it but what the registry tells is fetched", async (rule, rules, wishes) => {
  await write(system(), rules);
  const error = await errorOf(() => withPolicy().install(SOURCE, wishes));
  expect(error).toMatchObject({ code: "POLICY_FORBIDS", message: expect.stringContaining(`the rule "${rule}" in ${system()}`) });
  expect(world.registry.requests.filter(({ path }) => path.endsWith(".tgz"))).toEqual([]);
});

it("the user's file narrows the administrator's, and does not widen it", async () => {
  await write(system(), { allow: [SOURCE] });
  await write(user(), { allow: ["*"], deny: [] });
  await withPolicy().install(SOURCE);
  await write(user(), { allow: ["*"], deny: [SOURCE] });
  expect(await errorOf(() => withPolicy().obtain("acme"))).toMatchObject({ message: expect.stringContaining(user()) });
  await write(user(), { allow: ["*"] });
  await write(system(), { allow: ["npm:@my-scope"] });
  expect(await errorOf(() => withPolicy().obtain("acme"))).toMatchObject({ message: expect.stringContaining(system()) });
});

it("a driver that is installed and then denied is refused at each use, and its machines say why", async () => {
  await withPolicy().install(SOURCE);
  await write(system(), { deny: [SOURCE] });
  const reference = { driverName: "acme", driverSource: SOURCE };
  expect((await withPolicy().forMachine(reference)).definition.summary).toMatch(/forbidden by the rule "deny"/);
  world.registry.publish(driverPackage({ version: "1.1.0" }));
  expect(await errorOf(() => withPolicy().update("acme"))).toMatchObject({ code: "POLICY_FORBIDS" });
  expect((await withPolicy().forMachine({ driverName: "none" })).kind).toBe("shipped");
  await write(system(), { require: { signature: true } });
  expect((await withPolicy().forMachine(reference)).kind).toBe("installed");
});

it("a pin of a repository is a commit or a version's tag; a branch that is called like a version is none", async () => {
  await write(system(), { require: { pin: true } });
  const commit = await world.git.commit("o/r", driverPackage(), { tag: "v1.0.0" });
  await world.git.commit("o/r", driverPackage({ version: "2.0.0" }), { branch: "v2.0.0" });
  const error = await errorOf(() => withPolicy().install("o/r@v2.0.0"));
  expect(error).toMatchObject({
    code: "POLICY_FORBIDS",
    suggestions: [expect.stringMatching(/install github\.com\/o\/r@[0-9a-f]{40}$/), expect.anything()],
  });
  for (const pin of ["v1.0.0", commit]) expect((await withPolicy().install(`o/r@${pin}`)).version).toBe("1.0.0");
});

it("a damaged policy refuses every installation and use, but of what is shipped", async () => {
  await withPolicy().install(SOURCE);
  await write(user(), '{ "dney": [] }');
  expect(await errorOf(() => withPolicy().install(SOURCE))).toMatchObject({ code: "POLICY_INVALID" });
  expect(await errorOf(() => withPolicy().obtain("acme"))).toMatchObject({ code: "POLICY_INVALID" });
  expect((await withPolicy().obtain("none")).kind).toBe("shipped");
  await withPolicy().uninstall("acme");
});
