import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../../support/cli.js";
import { diskSnapshot } from "../../support/disk-snapshot.js";
import { inBatches } from "../../support/in-batches.js";

const WIDTH = 3;
const SHARE = 4;
const HUGE_BYTES = 50 * 1024 * 1024;

/** What stands in place of a machine's config.json. */
type Damage = (path: string, good: string, elsewhere: string) => Promise<unknown>;

const withText =
  (change: (good: string) => string | Buffer): Damage =>
  (path, good) =>
    writeFile(path, change(good));

const damages: Readonly<Record<string, Damage>> = {
  missing: async () => undefined,
  empty: withText(() => ""),
  "half-written": withText((good) => good.slice(0, good.length / 2)),
  binary: withText(() => Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 151) % 256))),
  huge: async (path) => {
    await writeFile(path, '{"ConfigVersion": 3, "Padding": "');
    await truncate(path, HUGE_BYTES);
  },
  deep: withText(() => `{"ConfigVersion":3,"Driver":${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}}`),
  null: withText(() => "null"),
  list: withText((good) => `[${good}]`),
  "wrong-types": withText((good) => good.replace('"Driver": {', '"Driver": "none", "Was": {')),
  "wrong-field": withText((good) => good.replace('"Labels": []', '"Labels": {"length": 1}')),
  escapes: withText((good) => good.replace('"DriverName": "none"', '"DriverName": "\\u001b]0;owned\\u0007\\u001b[2Jnone"')),
  prototype: withText(
    () => '{"__proto__": {"ConfigVersion": 3, "DriverName": "none"}, "constructor": {"prototype": {"DriverName": "none"}}}',
  ),
  newer: withText((good) => good.replace('"ConfigVersion": 3', '"ConfigVersion": 4')),
  folder: (path) => mkdir(path),
  pipe: async (path) => execFileSync("mkfifo", [path]),
  device: (path) => symlink("/dev/zero", path),
  "linked-to-nothing": (path) => symlink("/nonexistent/config.json", path),
  "linked-elsewhere": (path, _good, elsewhere) => symlink(elsewhere, path),
  loop: (path) => symlink(path, path),
};
const names = Object.keys(damages).sort();

/** Commands that are tried with every damage. NAME stands for the machine's. */
const first = ["inspect NAME", "rm -y NAME", "create -d none --url tcp://127.0.0.1:1 NAME"];
/** All others that need a machine: they read config.json as `inspect` does, so each is tried with a few. */
const others = [
  "url NAME",
  "ip NAME",
  "status NAME",
  "env NAME",
  "config NAME",
  "start NAME",
  "stop NAME",
  "kill NAME",
  "restart NAME",
  "provision NAME",
  "regenerate-certs -f NAME",
  "version NAME",
  "ssh NAME true",
];
const cases = [
  ...first.map((line) => ({ line, damaged: names })),
  ...others.map((line, index) => ({ line, damaged: names.filter((_, each) => (each + index) % SHARE === 0) })),
];

let cli: Cli;
let elsewhere: string;

beforeAll(async () => {
  cli = await Cli.create();
  await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "good"]);
  const good = await readFile(cli.machinePath("good", "config.json"), "utf8");
  elsewhere = join(cli.directory, "elsewhere");
  await writeFile(elsewhere, "s3cret: not a config.json");
  for (const name of names) {
    await mkdir(cli.machinePath(name));
    await damages[name]?.(cli.machinePath(name, "config.json"), good.replaceAll("good", name), elsewhere);
  }
});
afterAll(() => cli[Symbol.asyncDispose]());

const storeSnapshot = () => diskSnapshot(join(cli.storagePath, "machines"));

/** Nothing that steers a terminal, quotes another file or looks like a defect of ours. */
function expectClean(output: string): void {
  expect(output).not.toMatch(/[^\P{Cc}\n\t]/u);
  expect(output).not.toContain("s3cret");
  expect(output).not.toMatch(/\n +at |not an error we foresaw|TypeError|RangeError/);
}

describe(`a store with ${names.length} damaged machines`, () => {
  it("lists each with what is wrong with it, and the good ones as ever, and writes nothing", async () => {
    const before = await storeSnapshot();
    const { exitCode, stdout, stderr } = await cli.run(["ls"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [, ...rows] = stdout.trimEnd().split("\n");
    expect(rows.map((row) => row.split(" ")[0]).sort()).toEqual([...names, "good"].sort());
    for (const row of rows) {
      if (row.startsWith("good ")) expect(row).toMatch(/^good +- +none +Running +tcp:\/\/127\.0\.0\.1:1 /);
      else expect(row).toMatch(/^\S+ +not found +Error .*(?:can't be read: .+\.$|was saved with config version 4)/);
    }
    expectClean(stdout);
    expect(await cli.run(["ls", "-q"])).toEqual({ exitCode: 0, stdout: "good\n", stderr: "" });
    expect(await storeSnapshot()).toEqual(before);
  });

  it.each(cases)(
    "answers $line for $damaged.length of them with an error that names it, and leaves them as they are",
    async ({ line, damaged }) => {
      const before = await storeSnapshot();
      await inBatches(damaged, WIDTH, async (name) => {
        // A folder without config.json is none to create: it takes it.
        if (line.startsWith("create ") && (name === "missing" || name === "linked-to-nothing")) return;
        const { exitCode, stdout, stderr } = await cli.run(line.replace("NAME", name).split(" "));
        expect(exitCode, `${line} ${name}: ${stderr}`).toBe(1);
        expect(stderr).toContain(`"${name}"`);
        expect(stderr).toMatch(/can't be read: |was saved with config version 4/);
        expectClean(stdout + stderr);
      });
      expect(await storeSnapshot()).toEqual(before);
    },
  );

  it("lets go of each with rm -f, and of nothing else", async () => {
    const results = await inBatches(names, WIDTH, (name) => cli.run(["rm", "-f", name]));
    for (const { exitCode, stdout, stderr } of results) {
      expect(exitCode).toBe(0);
      expect(stdout).toContain("Successfully removed");
      expectClean(stdout + stderr);
    }
    expect(await readdir(join(cli.storagePath, "machines"))).toEqual(["good"]);
    expect(await readFile(elsewhere, "utf8")).toBe("s3cret: not a config.json");
  });
});

describe("a name that tries to leave machines/", () => {
  const hostile = [
    "..",
    ".",
    "../victim",
    "../../victim",
    "a/b",
    "/etc",
    "-x",
    "good/../good",
    "a\\b",
    "",
    " ",
    "\u001b[2J",
    "x".repeat(5000),
  ];
  const uses = ["rm -f", "rm -y", "inspect", "ssh", "create -d none --url tcp://127.0.0.1:1"];

  it.each(uses)(`is refused by %s, in each of ${hostile.length} forms`, async (line) => {
    const victim = join(cli.storagePath, "victim");
    await mkdir(victim, { recursive: true });
    await writeFile(join(victim, "config.json"), await readFile(cli.machinePath("good", "config.json")));
    const before = await diskSnapshot(cli.storagePath);
    await inBatches(hostile, WIDTH, async (name) => {
      const { exitCode, stdout, stderr } = await cli.run([...line.split(" "), "--", name]);
      // `rm -f` of a machine that isn't there has always been a success.
      expect(exitCode, `${line} ${name}`).toBe(line === "rm -f" ? 0 : 1);
      expect(stdout).not.toContain("Successfully");
      expectClean(stdout.replaceAll(name, "NAME") + stderr);
    });
    const after = await diskSnapshot(cli.storagePath);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    await rm(victim, { recursive: true });
  });
});
