import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Cli, type CliResult } from "../../support/cli.js";
import { dependentDriver, driverPackage, plainPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { startDriversProcess } from "../../support/drivers-process.js";
import { ACME, HostileWorld } from "../../support/hostile-world.js";
import { inBatches } from "../../support/in-batches.js";
import { CLOCKS, KILLED_COMMANDS, LOADS, ROOM_KB, ROUNDS } from "./interruptions.js";

const preload = new URL("../../support/kill-at-change.mjs", import.meta.url).href;
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const WIDTH = 3;

type Verb = (typeof KILLED_COMMANDS)[number]["verb"];
const WORDS: Readonly<Record<Verb, readonly string[]>> = {
  install: ["driver", "install", ACME],
  update: ["driver", "update", "acme"],
  rollback: ["driver", "rollback", "acme"],
};

describe("killed before its changes to the disk", () => {
  test.each(KILLED_COMMANDS)(
    "driver $verb, $kills times: one of both versions loads, and doing it again works",
    async ({ verb, kills }) => {
      const world = await worldWithVersions();
      const total = await countChanges(world, verb);
      const moments = [...new Set(Array.from({ length: kills }, (_, index) => 1 + Math.floor((index * total) / kills)))];
      expect(moments).toHaveLength(kills);
      await inBatches(moments, WIDTH, async (moment) => {
        await using cli = await prepared(world, verb);
        const killed = await runIn(world, cli, verb, { NODE_OPTIONS: `--import=${preload}`, KILL_AT_CHANGE: String(moment) });
        expect(killed.exitCode, `${verb} at ${moment} of ${total}: ${killed.stderr}`).toBe(137);
        const left = await world.drivers({ directory: cli.driversDirectory, env: world.env }).list();
        const acme = left.find(({ name }) => name === "acme");
        if (verb !== "install") expect(["1.0.0", "2.0.0"]).toContain(acme?.version);
        if (acme !== undefined) expect(await loadedVersion(world, cli)).toBe(acme.version);
        if (verb === "rollback" && acme?.version === "1.0.0") return;
        expect(await runIn(world, cli, verb)).toMatchObject({ exitCode: 0 });
        expect(await loadedVersion(world, cli)).toBe(verb === "rollback" ? "1.0.0" : "2.0.0");
        expect(await readdir(join(cli.driversDirectory, ".staging")).catch(() => [])).toEqual([]);
      });
    },
  );
});

test(`${ROUNDS} updates and rollbacks by two processes, ${LOADS} loads by two others meanwhile: no load sees half a driver`, async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  const publish = (minor: number) => world.registry.publish(driverPackage({ ...dependentDriver("acme", "1"), version: `1.${minor}.0` }));
  publish(0);
  await world.drivers().install(ACME);
  let minor = 0;
  const publishing = setInterval(() => {
    minor += 1;
    publish(minor);
  }, 50);
  const work = [
    ...[1, 2].map(() => startDriversProcess(world, { verb: "update", source: "acme", rounds: ROUNDS / 2 })),
    ...[1, 2].map(() => startDriversProcess(world, { verb: "obtain", source: "acme", rounds: LOADS / 2 })),
  ];
  const outcomes = await Promise.all(work.map(({ ended }) => ended)).finally(() => clearInterval(publishing));
  expect(outcomes.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(outcomes.map(() => ({ exitCode: 0, stderr: "" })));
  expect((await world.drivers().obtain("acme")).definition.summary).toBe("dep 1.0.0");
  expect(await readdir(join(world.directory, ".staging")).catch(() => [])).toEqual([]);
});

const mountProblem = tryMount();
describe.skipIf(mountProblem !== undefined)(
  `a disk that gets full${mountProblem === undefined ? "" : ` (skipped: ${mountProblem})`}`,
  () => {
    test.each(ROOM_KB)("with %i kB left: the old version stays until the new one is there, and with room it works", async (room) => {
      const hostile = await HostileWorld.start();
      const { world } = hostile;
      const directory = join(world.root, "disk", "drivers");
      await mkdir(join(world.root, "disk"));
      mount(join(world.root, "disk"));
      const drivers = () => world.drivers({ directory });
      await drivers().install(ACME);
      const big = { "big.bin": randomBytes(110_000).toString("hex") };
      world.registry.publish(driverPackage({ version: "2.0.0", files: big }));
      const filler = join(world.root, "disk", "filler");
      await fill(filler, room);

      const outcome = await drivers()
        .install(ACME)
        .then(
          () => undefined,
          (error: { code: string; suggestions: string[] }) => error,
        );

      if (room === 0) expect(outcome, "the disk was really full").toBeDefined();
      if (outcome !== undefined)
        expect(outcome).toMatchObject({ code: "FILE_UNWRITABLE", suggestions: ["Make room on the disk, and try again."] });
      expect((await drivers().obtain("acme")).definition.summary).toBe(outcome === undefined ? "2.0.0" : "1.0.0");
      await rm(filler);
      expect((await drivers().install(ACME)).version).toBe("2.0.0");
    });
  },
);

describe.skipIf(!existsSync(FAKETIME))(
  `a clock that is off${existsSync(FAKETIME) ? "" : " (skipped: libfaketime is not installed)"}`,
  () => {
    test.each(CLOCKS)("by years (%s): drivers are installed, updated, rolled back and loaded", async (time) => {
      const world = await worldWithVersions();
      await using cli = await prepared(world, "update");
      const clock = { LD_PRELOAD: FAKETIME, FAKETIME: `@${time}`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
      for (const [verb, version] of [
        ["update", "2.0.0"],
        ["rollback", "1.0.0"],
        ["install", "2.0.0"],
      ] as const) {
        expect(await runIn(world, cli, verb, clock)).toMatchObject({ exitCode: 0 });
        expect(await loadedVersion(world, cli)).toBe(version);
      }
      const receipts = await readFile(join(cli.driversDirectory, "receipts.json"), "utf8");
      expect(receipts, "the clock was really off").toContain(`"installedAt": "${time.slice(0, 4)}`);
    });
  },
);

/** Versions 1.0.0 and 2.0.0 of "acme". */
async function worldWithVersions(): Promise<DriverWorld> {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  for (const version of ["1.0.0", "2.0.0"]) {
    world.registry.publish(driverPackage({ version, manifest: { dependencies: { dep: "1" } }, files: { "lib/more.js": "" } }));
  }
  return world;
}

/** A program for which the command has something to do. */
async function prepared(world: DriverWorld, verb: Verb): Promise<Cli> {
  const cli = await Cli.create();
  const drivers = world.drivers({ directory: cli.driversDirectory });
  if (verb === "install") return cli;
  await drivers.install(`${ACME}@1.0.0`);
  // From now on the newest is meant.
  const path = join(cli.driversDirectory, "receipts.json");
  await writeFile(path, (await readFile(path, "utf8")).replace(`${ACME}@1.0.0`, ACME));
  if (verb === "rollback") await drivers.update("acme");
  return cli;
}

async function countChanges(world: DriverWorld, verb: Verb): Promise<number> {
  await using cli = await prepared(world, verb);
  const file = join(cli.directory, "changes");
  expect(await runIn(world, cli, verb, { NODE_OPTIONS: `--import=${preload}`, CHANGES_FILE: file })).toMatchObject({ exitCode: 0 });
  return Number(await readFile(file, "utf8"));
}

function runIn(world: DriverWorld, cli: Cli, verb: Verb, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const { npm_config_registry = "", npm_config_globalconfig = "" } = world.env;
  return cli.run(WORDS[verb], {
    env: { npm_config_registry, npm_config_globalconfig, npm_config_cache: join(cli.directory, "npm-cache"), ...env },
  });
}

async function loadedVersion(world: DriverWorld, cli: Cli): Promise<string> {
  return (await world.drivers({ directory: cli.driversDirectory }).obtain("acme")).definition.summary;
}

function tryMount(): string | undefined {
  return process.getuid?.() === 0 ? undefined : "only root can mount";
}

function mount(path: string): void {
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  onTestFinished(() => void spawnSync("umount", ["--lazy", path]));
}

/** Fills the disk but for so many kilobytes. */
async function fill(path: string, roomKb: number): Promise<void> {
  let blocks = 0;
  const isFull = () =>
    writeFile(path, Buffer.alloc(4096), { flag: "a" }).then(
      () => false,
      () => true,
    );
  while (!(await isFull())) blocks += 1;
  await rm(path);
  await writeFile(path, Buffer.alloc(Math.max(0, blocks * 4096 - roomKb * 1024)));
}
