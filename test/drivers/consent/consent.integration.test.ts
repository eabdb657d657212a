import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { driverPackage, writeFiles } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";

let world: DriverWorld;
let asked: string[];
beforeEach(async () => {
  world = await DriverWorld.start();
  asked = [];
  for (const driver of ["acme", "other"]) world.registry.publish(driverPackage({ driver, name: `@my-scope/${driver}` }));
  world.registry.publish(driverPackage({ driver: "plain" }));
});

const answering = (answer: boolean) => async (question: string) => {
  asked.push(question);
  return answer;
};
const tarballs = () => world.registry.requests.filter(({ path }) => path.endsWith(".tgz"));
const placesWith = async (rules: object) => {
  const user = join(world.root, "policy.json");
  await writeFile(user, JSON.stringify(rules));
  return { system: [], user };
};

describe("on a terminal", () => {
  it("the first source of an owner is shown before it is fetched; no means that nothing was", async () => {
    const drivers = world.drivers({ ask: answering(false) });
    const error = await errorOf(() => drivers.obtain("npm:@my-scope/acme"));
    expect(error).toMatchObject({
      code: "DRIVER_NOT_TRUSTED",
      suggestions: ["To agree beforehand: docker-machine driver install --yes npm:@my-scope/acme"],
    });
    expect(asked).toEqual([
      expect.stringMatching(/^This is the first driver of npm:@my-scope here:\n\n {2}Driver +acme 1\.0\.0\n.*Fetch and install it\?$/s),
    ]);
    expect([tarballs(), await world.folders()]).toEqual([[], []]);
  });

  it("yes counts for all of that owner's, and is remembered privately, even when its drivers are gone", async () => {
    const drivers = world.drivers({ ask: answering(true) });
    await drivers.install("npm:@my-scope/acme");
    await drivers.uninstall("acme");
    await drivers.install("npm:@my-scope/other");
    await drivers.install("npm:docker-machine-driver-plain");
    expect(asked.map((question) => question.split("\n")[0])).toEqual([
      "This is the first driver of npm:@my-scope here:",
      "This is the first driver of npm:docker-machine-driver-plain here:",
    ]);
    const file = join(world.directory, "agreed-owners.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ version: 1, owners: ["npm:@my-scope", "npm:docker-machine-driver-plain"] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("a damaged memory only asks again", async () => {
    await world.drivers({ ask: answering(true) }).install("npm:@my-scope/acme");
    await world.drivers().uninstall("acme");
    await writeFile(join(world.directory, "agreed-owners.json"), '{"owners": {');
    await world.drivers({ ask: answering(true) }).install("npm:@my-scope/acme");
    expect(asked).toHaveLength(2);
  });

  it("--yes, a lock, what was installed without a terminal, and a policy's allow answer it", async () => {
    const drivers = world.drivers({ ask: answering(false) });
    await drivers.install("npm:@my-scope/acme", { yes: true });
    await drivers.install("npm:@my-scope/other");
    await drivers.install("npm:docker-machine-driver-plain", { locked: true });
    await world.drivers().uninstall("plain");
    await world
      .drivers({ ask: answering(false), policyPlaces: await placesWith({ allow: ["npm:docker-*"] }) })
      .install("npm:docker-machine-driver-plain");
    expect(asked).toEqual([]);
  });

  it("files and folders of the user's own have no owner to ask about", async () => {
    const folder = join(world.root, "mine");
    await writeFiles(folder, driverPackage());
    await world.drivers({ ask: answering(false) }).install(folder);
    expect(asked).toEqual([]);
  });

  it("a short name is always shown, however well its owner is known", async () => {
    await world.drivers().install("npm:docker-machine-driver-plain");
    await world.drivers().uninstall("plain");
    const drivers = world.drivers({ ask: answering(false) });
    expect(await errorOf(() => drivers.install("plain"))).toMatchObject({ code: "DRIVER_NOT_TRUSTED" });
    expect(asked).toEqual([expect.stringMatching(/^There is no driver "plain" here\. The package of that name is:/)]);
  });
});

describe("without a terminal", () => {
  it("a source that was spelled out is consent to it, and a short name is refused without network", async () => {
    await world.drivers().install("npm:@my-scope/acme");
    const before = world.registry.requests.length;
    expect(await errorOf(() => world.drivers().install("plain"))).toMatchObject({ code: "DRIVER_NOT_TRUSTED" });
    expect(world.registry.requests).toHaveLength(before);
  });
});

describe("where a policy forbids questions", () => {
  it.each([
    ["on a terminal", true, {}],
    ["with --yes", true, { yes: true }],
    ["without a terminal", false, {}],
  ])("a new owner's is refused %s, naming the file", async (_, hasTerminal, wishes) => {
    const policyPlaces = await placesWith({ prompts: false });
    const drivers = world.drivers({ policyPlaces, ...(hasTerminal ? { ask: answering(true) } : {}) });
    const error = await errorOf(() => drivers.install("npm:@my-scope/acme", wishes));
    expect(error).toMatchObject({ code: "POLICY_FORBIDS", message: expect.stringContaining(policyPlaces.user) });
    expect([asked, tarballs()]).toEqual([[], []]);
  });

  it("install scripts are refused, as they would be asked about, with --yes and without a terminal", async () => {
    world.registry.publish(driverPackage({ driver: "scripted", manifest: { scripts: { install: "touch made" } } }));
    const drivers = world.drivers({ policyPlaces: await placesWith({ prompts: false, allow: ["npm:*"] }) });
    const error = await errorOf(() => drivers.install("npm:docker-machine-driver-scripted", { allowScripts: true, yes: true }));
    expect(error).toMatchObject({ code: "POLICY_FORBIDS", message: expect.stringContaining("install: touch made") });
    expect(await world.folders()).toEqual([]);
  });

  it("what it allows by name, and a known owner's, is not asked about", async () => {
    await world.drivers().install("npm:@my-scope/acme");
    const policyPlaces = await placesWith({ prompts: false, allow: ["npm:docker-machine-driver-plain", "npm:@my-scope"] });
    await world.drivers({ policyPlaces }).install("npm:docker-machine-driver-plain");
    await world.drivers({ policyPlaces }).install("npm:@my-scope/other");
    expect((await world.drivers().installedNames()).toSorted()).toEqual(["acme", "other", "plain"]);
  });
});
