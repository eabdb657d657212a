import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Cli } from "../../support/cli.js";
import { DriverWorld } from "../../support/driver-world.js";
import { ACME, HostileWorld } from "../../support/hostile-world.js";
import { inBatches } from "../../support/in-batches.js";
import { CutLine, TamperedRegistry } from "../../support/tampered-registry.js";
import { CUTS, HOSTILE_DOWNLOADS, HOSTILE_METADATA } from "./registry-answers.js";

/** As a user sets it who waits for no registry longer than this. */
const PATIENCE_MS = 1500;
/** Lines that are cut at once: most of the time npm's libraries wait before they try again. */
const WIDTH = 8;

describe("a registry that answers with", () => {
  test.each(HOSTILE_METADATA)("$name, asked about a package: the old version stays", async ({ answer, code }) => {
    const hostile = await HostileWorld.start();
    const registry = await TamperedRegistry.start(hostile.world.registry);
    hostile.world.registry.publish(hostile.package());
    registry.metadata = answer;
    await hostile.expectRefusal(() => hostile.world.drivers({ env: envOf(hostile, registry.url) }).install(ACME), code);
  });

  test.each(HOSTILE_DOWNLOADS)("$name, asked for a tarball: the old version stays", async ({ answer, code }) => {
    const hostile = await HostileWorld.start();
    const registry = await TamperedRegistry.start(hostile.world.registry);
    hostile.world.registry.publish(hostile.package());
    registry.tarball = answer;
    await hostile.expectRefusal(() => hostile.world.drivers({ env: envOf(hostile, registry.url) }).install(ACME), code);
  });
});

test(`a line that is cut at any byte, ${CUTS} of them: the old version stays, or the new one is there as a whole`, async () => {
  const bytes = await bytesOfAnInstallation();
  const places = Array.from({ length: CUTS }, (_, index) => Math.floor((index * (bytes + 1)) / CUTS));
  const worlds = await Promise.all(Array.from({ length: WIDTH }, () => HostileWorld.start()));
  await inBatches(places, WIDTH, async (place) => {
    const hostile = worlds.pop();
    if (hostile === undefined) throw new Error("There are as many worlds as lines at once.");
    const line = await lineTo(hostile, place);
    await hostile.expectRefusal(() => hostile.world.drivers({ env: envOf(hostile, line.url) }).install(ACME), "SOURCE_UNREACHABLE");
    await line.stop();
    worlds.push(hostile);
  });
});

test("a registry that is silent: Ctrl-C ends the wait, and says that it was interrupted", async () => {
  const world = await DriverWorld.start();
  const registry = await TamperedRegistry.start(world.registry);
  const asked = Promise.withResolvers<void>();
  registry.metadata = () => asked.resolve();
  await using cli = await Cli.create();
  const child = cli.start(["driver", "install", ACME], { env: { npm_config_registry: registry.url } });
  const [errors] = [child.stderr.toArray()];
  await asked.promise;
  child.kill("SIGINT");
  const [exitCode] = (await once(child, "close")) as [number | null];
  expect([exitCode, String(Buffer.concat(await errors))]).toEqual([130, expect.stringContaining("Interrupted")]);
});

function envOf({ world }: HostileWorld, registry: string): NodeJS.ProcessEnv {
  return { ...world.env, npm_config_registry: registry, npm_config_fetch_timeout: String(PATIENCE_MS) };
}

async function lineTo({ world }: HostileWorld, bytes: number): Promise<CutLine> {
  const line = await CutLine.start(world.registry, bytes);
  world.registry.tarballBase = line.url;
  return line;
}

async function bytesOfAnInstallation(): Promise<number> {
  const hostile = await HostileWorld.start();
  const far = 1_000_000;
  const line = await lineTo(hostile, far);
  await hostile.world.drivers({ env: envOf(hostile, line.url) }).install(ACME);
  await line.stop();
  return far - line.bytesLeft;
}
