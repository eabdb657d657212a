import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Cli } from "../../support/cli.js";
import { driverPackage } from "../../support/driver-package.js";
import { ACME, HostileWorld } from "../../support/hostile-world.js";
import { scratchDirectory } from "../../support/scratch-directory.js";
import { BOMBS, HOSTILE_TARBALLS } from "./tarballs.js";

const peakMemory = new URL("../../support/peak-memory.mjs", import.meta.url).href;
/** The program itself takes about half of it. */
const PEAK_KIB = 256 * 1024;
const MANIFEST = { name: "docker-machine-driver-acme", version: "2.0.0" };

describe("a tarball with", () => {
  test.each(HOSTILE_TARBALLS)("$name is refused, from a registry and from a file", async ({ make, code, says }) => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    const files = hostile.package();
    const tarball = make(files, world.root);
    world.registry.publishTarball({ ...JSON.parse(files["package.json"] ?? ""), ...MANIFEST }, tarball);

    await hostile.expectRefusal(() => world.drivers().install(ACME), code, says);

    const file = join(await scratchDirectory(), "acme.tgz");
    await writeFile(file, tarball);
    await hostile.expectRefusal(() => world.drivers().install(file), code, says);
  });

  test.each(BOMBS)("$name takes little memory and no room", async ({ make, says }) => {
    await using cli = await Cli.create();
    const files = driverPackage();
    const file = join(cli.directory, "acme.tgz");
    await writeFile(file, make(files, cli.directory));
    const peakFile = join(cli.directory, "peak");
    const { exitCode, stderr } = await cli.run(["driver", "install", file], {
      env: { NODE_OPTIONS: `--import=${peakMemory}`, PEAK_FILE: peakFile },
    });
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(says)]);
    const peak = Number(await readFile(peakFile, "utf8"));
    expect(peak).toBeLessThan(PEAK_KIB);
  });
});

describe.each(["dependencies", "optionalDependencies"])("a package among a driver's %s with", (field) => {
  test.each(BOMBS)("$name is refused", async ({ make, code }) => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    const evil = hostile.package({ name: "evil", version: "1.0.0", driver: "evil" });
    world.registry.publishTarball({ name: "evil", version: "1.0.0" }, make(evil, world.root));
    world.registry.publish(driverPackage({ version: "2.0.0", manifest: { [field]: { evil: "1" } } }));
    await hostile.expectRefusal(() => world.drivers().install(ACME), code, /evil/);
  });
});
