import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";
const REPOSITORY = "github.com/my-org/docker-machine-driver-acme";

describe("An update", () => {
  test("brings the newest version that fits the SDK, and names a newer one that doesn't", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(PACKAGE);
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    world.registry.publish(driverPackage({ version: "2.0.0", sdkRange: "^9" }));

    const update = await world.drivers().update("acme");
    expect(update).toMatchObject({
      from: { version: "1.0.0" },
      to: { version: "1.1.0" },
      passedOver: { version: "2.0.0", sdkRange: "^9" },
    });
    expect((await world.drivers().obtain("acme")).version).toBe("1.1.0");
    expect(await world.drivers().update("acme")).not.toHaveProperty("to");
  });

  test("of a repository brings the newest tag that fits", async () => {
    const world = await DriverWorld.start();
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(REPOSITORY);
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.1.0" }), { tag: "v1.1.0" });
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "2.0.0", sdkRange: ">=9" }), { tag: "v2.0.0" });

    expect(await world.drivers().update("acme")).toMatchObject({
      to: { version: "1.1.0" },
      passedOver: { version: "2.0.0", sdkRange: ">=9" },
    });
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.1.0");
  });

  test("stays in the range that the driver was installed with", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(`${PACKAGE}@^1.0`);
    world.registry.publish(driverPackage({ version: "1.4.0" }));
    world.registry.publish(driverPackage({ version: "2.0.0" }));
    expect(await world.drivers().update("acme")).toMatchObject({ to: { version: "1.4.0" } });
  });

  test("that is only tried changes nothing", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(PACKAGE);
    const receipts = await readFile(join(world.directory, "receipts.json"), "utf8");
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    expect(await world.drivers().update("acme", { dryRun: true })).toMatchObject({ to: { version: "1.1.0" } });
    expect(await readFile(join(world.directory, "receipts.json"), "utf8")).toBe(receipts);
  });

  test("passes over a pinned driver, which installing by its name leaves alone as well", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(PACKAGE, { pin: true });
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    expect(await world.drivers().update("acme")).toMatchObject({ kept: "pinned", from: { version: "1.0.0" } });
    expect((await world.drivers().install("acme")).version).toBe("1.0.0");
    // Naming the source lets it go.
    expect(await world.drivers().install(PACKAGE)).toMatchObject({ version: "1.1.0", pinned: false });
  });

  test("never goes back by itself, when what was newest is gone", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    await world.drivers().install(PACKAGE);
    world.registry.unpublish("docker-machine-driver-acme", "1.1.0");
    const update = await world.drivers().update("acme");
    expect(update).toMatchObject({ kept: "ahead", from: { version: "1.1.0" }, offered: { version: "1.0.0" } });
    expect((await world.drivers().obtain("acme")).version).toBe("1.1.0");
  });

  test("keeps the old version when the new one is damaged", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(PACKAGE);
    world.registry.publish(driverPackage({ version: "1.1.0", code: "throw new Error('broken');" }));
    expect((await errorOf(() => world.drivers().update("acme"))).code).toBe("DRIVER_LOAD_FAILED");
    expect((await world.drivers().obtain("acme")).version).toBe("1.0.0");
  });

  test("of what isn't installed, and of what is shipped, is refused", async () => {
    const world = await DriverWorld.start();
    expect((await errorOf(() => world.drivers().update("acme"))).code).toBe("DRIVER_MISSING");
    expect((await errorOf(() => world.drivers().update("none"))).code).toBe("DRIVER_SHIPPED");
  });
});

describe("A driver that changed hands", () => {
  const moveTag = async () => {
    const world = await DriverWorld.start();
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(`${REPOSITORY}@v1.0.0`);
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.0.0", files: { "README.md": "moved" } }), {
      tag: "v1.0.0",
    });
    return world;
  };

  test("is not updated without anybody to ask", async () => {
    const world = await moveTag();
    const error = await errorOf(() => world.drivers().update("acme"));
    expect(error.code).toBe("DRIVER_CHANGED_HANDS");
    expect(error.message).toContain("the tag v1.0.0 was moved to another commit");
    expect((await world.drivers().update("acme", { dryRun: true })).changes).toEqual(["the tag v1.0.0 was moved to another commit"]);
  });

  test("is updated if the user agrees, before or when asked", async () => {
    const asked: string[] = [];
    const world = await moveTag();
    const ask = (answer: boolean) => async (question: string) => {
      asked.push(question);
      return answer;
    };
    expect((await errorOf(() => world.drivers({ ask: ask(false) }).update("acme"))).code).toBe("DRIVER_CHANGED_HANDS");
    expect(await world.drivers({ ask: ask(true) }).update("acme")).toHaveProperty("to");
    expect(asked[0]).toContain("changed hands");
    const other = await moveTag();
    expect(await other.drivers().update("acme", { yes: true })).toHaveProperty("to");
  });

  test("and is pinned stays, even if the same tag is installed again", async () => {
    const world = await DriverWorld.start();
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    const { commit } = await world.drivers().install(`${REPOSITORY}@v1.0.0`, { pin: true });
    await world.git.commit("my-org/docker-machine-driver-acme", driverPackage({ version: "1.0.0", files: { "README.md": "moved" } }), {
      tag: "v1.0.0",
    });
    const error = await errorOf(() => world.drivers().install(`${REPOSITORY}@v1.0.0`));
    expect(error.code).toBe("SOURCE_MOVED");
    expect(error.message).toContain(commit);
    expect((await world.drivers().list()).find(({ name }) => name === "acme")?.receipt?.commit).toBe(commit);
  });
});

describe("A rollback", () => {
  test("brings the version before, offline, and another one goes forward again", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    await world.drivers().install(PACKAGE);
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    await world.drivers().update("acme");
    const { length } = world.registry.requests;

    expect(await world.drivers().rollBack("acme")).toMatchObject({ version: "1.0.0" });
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.0.0");
    expect(await world.drivers().rollBack("acme")).toMatchObject({ version: "1.1.0", previous: { version: "1.0.0" } });
    expect(world.registry.requests).toHaveLength(length);
  });

  test("is refused if there is no version before, or it is damaged", async () => {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    const { folder } = await world.drivers().install(PACKAGE);
    expect((await errorOf(() => world.drivers().rollBack("acme"))).code).toBe("DRIVER_NO_PREVIOUS");
    world.registry.publish(driverPackage({ version: "1.1.0" }));
    await world.drivers().update("acme");
    await writeFile(join(world.directory, folder, "package", "index.js"), "changed");
    const error = await errorOf(() => world.drivers().rollBack("acme"));
    expect(error.code).toBe("DRIVER_DAMAGED");
    expect(error.message).toContain("index.js");
    expect((await world.drivers().obtain("acme")).version).toBe("1.1.0");
  });
});
