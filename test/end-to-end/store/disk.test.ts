import { spawnSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli, type CliResult } from "../../support/cli.js";
import { diskSnapshot } from "../../support/disk-snapshot.js";

const fixtures = new URL("../../fixtures/go-store/", import.meta.url);

/** A small disk of its own, which can be filled and made read-only. */
class SmallDisk implements Disposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mount("-t", "tmpfs", "-o", "size=192k", "tmpfs", path);
  }

  get filler(): string {
    return join(this.path, "filler");
  }

  /** Writes until nothing fits any more. */
  async fill(): Promise<void> {
    for (let block = 0; block < 1000; block += 1) {
      const isFull = await writeFile(this.filler, Buffer.alloc(4096), { flag: "a" }).then(
        () => false,
        () => true,
      );
      if (isFull) return;
    }
    throw new Error(`${this.path} does not get full`);
  }

  remount(mode: "ro" | "rw"): void {
    mount("-o", `remount,${mode}`, this.path);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["--lazy", this.path]);
  }
}

function mount(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(stderr);
}

const cli = await Cli.create();
await mkdir(cli.storagePath);
const disk = tryMount(cli.storagePath);
const title = typeof disk === "string" ? `(no disk can be mounted here: ${disk.trim()})` : "";

function tryMount(path: string): SmallDisk | string {
  try {
    return new SmallDisk(path);
  } catch (error) {
    return String(error);
  }
}

beforeAll(async () => {
  await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "old"]);
  for (const [name, fixture] of [
    ["swm", "none-swarm-master"],
    ["gen1", "generic-gen1"],
    ["v1", "older/version-1"],
  ] as const) {
    const text = await readFile(new URL(`${fixture}.config.json`, fixtures), "utf8");
    await mkdir(cli.machinePath(name));
    await writeFile(cli.machinePath(name, "config.json"), text.replaceAll("$STORE", cli.storagePath));
  }
});
afterAll(async () => {
  if (typeof disk !== "string") disk[Symbol.dispose]();
  await cli[Symbol.asyncDispose]();
});

const create = (name: string) => cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", name]);
const READING = [
  ["ls"],
  ["ls", "-q"],
  ["status", "old"],
  ["url", "old"],
  ["ip", "swm"],
  ["inspect", "v1"],
  ["url", "v1"],
  ["url", "gen1"],
  ["active"],
];

describe.skipIf(typeof disk === "string")(`a store on a disk of its own ${title}`, () => {
  it.each(READING.map((words) => [words.join(" "), words] as const))("is not written to by %s", async (_line, words) => {
    const before = await diskSnapshot(cli.storagePath);
    expect((await cli.run(words, { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } })).exitCode).toBe(0);
    expect(await diskSnapshot(cli.storagePath)).toEqual(before);
  });

  it(`answers ${READING.length} commands on a read-only disk as on any other, and says of the others why they can't`, async () => {
    if (typeof disk === "string") return;
    const env = { DOCKER_HOST: "tcp://127.0.0.1:1" };
    const ask = async () => {
      const results: CliResult[] = [];
      for (const args of READING) results.push(await cli.run(args, { env }));
      return results;
    };
    const before = await ask();
    disk.remount("ro");
    try {
      expect(await ask()).toEqual(before);
      for (const args of [
        ["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "new"],
        ["rm", "-y", "old"],
        ["rm", "-f", "old"],
      ]) {
        const { exitCode, stderr } = await cli.run(args);
        expect(stderr).toContain("its file system is read-only");
        expect(stderr).not.toContain("not an error we foresaw");
        if (args[1] !== "-f") expect(exitCode).toBe(1);
      }
    } finally {
      disk.remount("rw");
    }
    expect((await cli.run(["ls", "-q"])).stdout).toContain("old\n");
  });

  it("loses nothing when it is full, says so, still lets go of machines, and goes on when there is room again", async () => {
    if (typeof disk === "string") return;
    const saved = await readFile(cli.machinePath("old", "config.json"), "utf8");
    const names = (await cli.run(["ls", "-q"])).stdout;
    await disk.fill();
    for (let round = 0; round < 5; round += 1) {
      const { exitCode, stderr } = await create(`new-${round}`);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("there is no space left on its disk") });
      expect(stderr).not.toContain("not an error we foresaw");
    }
    expect((await cli.run(["ls", "-q"])).stdout).toBe(names);
    expect((await readdir(join(cli.storagePath, "machines"))).sort()).toEqual(["gen1", "old", "swm", "v1"]);
    expect(await readFile(cli.machinePath("old", "config.json"), "utf8")).toBe(saved);
    expect(await cli.run(["url", "old"])).toMatchObject({ exitCode: 0, stdout: "tcp://127.0.0.1:1\n" });
    expect(await cli.run(["rm", "-y", "swm"])).toMatchObject({ exitCode: 0 });
    await rm(disk.filler);
    expect(await create("new")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await cli.run(["url", "new"])).toMatchObject({ exitCode: 0 });
  });

  it("says how full the disk got during a first create, and the next one finds nothing in its way", async () => {
    if (typeof disk === "string") return;
    for (const entry of await readdir(cli.storagePath)) await rm(join(cli.storagePath, entry), { recursive: true });
    await writeFile(disk.filler, Buffer.alloc(184 * 1024));
    expect(await create("first")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("there is no space left on its disk") });
    expect((await cli.run(["ls"])).stdout.trimEnd().split("\n")).toHaveLength(1);
    await rm(disk.filler);
    expect(await create("first")).toMatchObject({ exitCode: 0, stderr: "" });
    await cp(join(cli.storagePath, "certs"), join(cli.directory, "certs"), { recursive: true });
    expect((await readdir(join(cli.directory, "certs"))).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
  });
});
