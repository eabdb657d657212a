import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../../support/cli.js";
import { inBatches } from "../../support/in-batches.js";

const preload = new URL("../../support/kill-at-change.mjs", import.meta.url).href;
/** Programs at once: the machine that tests has two processors. */
const WIDTH = 3;
const RANDOM_KILLS = 16;
const FIRST_KILLS = 12;

const CREATE = ["create", "-d", "none", "--url", "tcp://127.0.0.1:1"];

/** Whether the machine is there before the command. */
interface Killed {
  readonly words: readonly string[];
  readonly isPresent: boolean;
}

const commands: readonly Killed[] = [
  { words: CREATE, isPresent: false },
  { words: ["provision"], isPresent: true },
  { words: ["start"], isPresent: true },
  { words: ["rm", "-y"], isPresent: true },
];
/** Counted here, so that the tests' names can say it. */
const cases = await withCli((cli) =>
  inBatches(commands, 1, async (command) => {
    const moments = await countChanges(cli, command);
    return { ...command, moments, name: `${command.words[0]} killed ${moments} times, right before each of its changes to the disk` };
  }),
);

const firstMoments = await withCli(async (cli) => {
  await rm(cli.storagePath, { recursive: true });
  return countChanges(cli, { words: CREATE, isPresent: false });
});

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
  await expectSuccess([...CREATE, "first"]);
});
afterEach(() => cli[Symbol.asyncDispose]());

async function withCli<T>(use: (cli: Cli) => Promise<T>): Promise<T> {
  await using temporary = await Cli.create();
  await temporary.run([...CREATE, "first"]);
  return await use(temporary);
}

/** How many changes to the disk a command makes if nobody kills it. */
async function countChanges(counting: Cli, { words, isPresent }: Killed): Promise<number> {
  const file = join(counting.directory, "changes");
  const name = `counted-${words[0]}`;
  if (isPresent) await counting.run([...CREATE, name]);
  await counting.run([...words, name], { env: { NODE_OPTIONS: `--import=${preload}`, CHANGES_FILE: file } });
  return Number(await readFile(file, "utf8"));
}

async function expectSuccess(args: readonly string[]): Promise<string> {
  const result = await cli.run(args);
  expect(result, `${args.join(" ")}: ${result.stderr}`).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

/** After a kill: the list is whole; the machine is there as a whole, and can be removed, or not at all; and it can be made again. */
async function expectIntact(name: string): Promise<void> {
  const names = (await expectSuccess(["ls", "-q"])).trimEnd().split("\n");
  expect(names).toContain("first");
  const machines = await readdir(join(cli.storagePath, "machines"));
  expect(machines.includes(name), "a folder is a machine that ls lists").toBe(names.includes(name));
  if (names.includes(name)) {
    expect(JSON.parse(await readFile(cli.machinePath(name, "config.json"), "utf8"))).toMatchObject({ ConfigVersion: 3, Name: name });
    await expectSuccess(["rm", "-y", name]);
  }
  await expectSuccess([...CREATE, name]);
}

/** All machines run, and when they are removed, nothing is left that a killed process put there. */
async function expectNothingLeft(names: readonly string[]): Promise<void> {
  const [, ...rows] = (await expectSuccess(["ls"])).trimEnd().split("\n");
  expect(rows).toHaveLength(names.length + 1);
  for (const row of rows) expect(row).toMatch(/^\S+ +- +none +Running +tcp/);
  await expectSuccess(["rm", "-y", ...names]);
  expect(await readdir(join(cli.storagePath, "machines"))).toEqual(["first"]);
  expect(await readdir(join(cli.storagePath, ".locks"))).toEqual([]);
}

describe("a store stands", () => {
  it.each(cases)("$name", async ({ words, isPresent, moments }) => {
    expect(moments).toBeGreaterThan(2);
    const numbers = Array.from({ length: moments }, (_, index) => index + 1);
    const exitCodes = await inBatches(numbers, WIDTH, async (moment) => {
      const name = `killed-${moment}`;
      if (isPresent) await expectSuccess([...CREATE, name]);
      const { exitCode } = await cli.run([...words, name], {
        env: { NODE_OPTIONS: `--import=${preload}`, KILL_AT_CHANGE: String(moment) },
      });
      await expectIntact(name);
      return exitCode;
    });
    expect(exitCodes).toEqual(numbers.map(() => 137));
    await expectNothingLeft(numbers.map((moment) => `killed-${moment}`));
  });

  it(`the first create killed ${FIRST_KILLS} times, spread over its changes, which make the certificates`, async () => {
    const env = { NODE_OPTIONS: `--import=${preload}` };
    await inBatches(Array.from({ length: FIRST_KILLS }), WIDTH, async (_, index) => {
      await using own = await Cli.create();
      const moment = Math.ceil(((index + 0.5) * firstMoments) / FIRST_KILLS);
      expect(await own.run([...CREATE, "dev"], { env: { ...env, KILL_AT_CHANGE: String(moment) } })).toMatchObject({ exitCode: 137 });
      const isThere = (await own.run(["ls", "-q"])).stdout === "dev\n";
      const again = isThere ? "other" : "dev";
      expect(await own.run([...CREATE, again])).toMatchObject({ exitCode: 0, stderr: "" });
      const ca = new X509Certificate(await readFile(own.machinePath(again, "ca.pem")));
      const client = new X509Certificate(await readFile(own.machinePath(again, "cert.pem")));
      expect(client.verify(ca.publicKey)).toBe(true);
      expect(client.checkPrivateKey(createPrivateKey(await readFile(own.machinePath(again, "key.pem"))))).toBe(true);
    });
  });

  it(`${RANDOM_KILLS} kills of create and rm at random times`, async () => {
    const startedAt = performance.now();
    await expectSuccess([...CREATE, "timed"]);
    const usualMs = performance.now() - startedAt;
    const names = await inBatches(Array.from({ length: RANDOM_KILLS }), WIDTH, async (_, index) => {
      const name = `random-${index}`;
      const isRemoval = index % 3 === 2;
      if (isRemoval) await expectSuccess([...CREATE, name]);
      const child = cli.start(isRemoval ? ["rm", "-y", name] : [...CREATE, name]);
      const ended = once(child, "close");
      await sleep(usualMs * (0.4 + Math.random()));
      child.kill("SIGKILL");
      await ended;
      await expectIntact(name);
      return name;
    });
    await expectNothingLeft(["timed", ...names]);
  });
});
