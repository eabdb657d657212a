import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../../support/cli.js";

const CREATED = 25;
const LISTED = 13;
const REMOVED = 12;
const ROUNDS_OF_FOUR = 4;
const FIRST_CREATES = 20;

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
});
afterEach(() => cli[Symbol.asyncDispose]());

const create = (name: string) => cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", name]);
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(2, "0")}`);

describe("a store that many processes use at once", () => {
  it(`loses nothing while ${CREATED + LISTED + REMOVED} processes create (${CREATED}), list (${LISTED}) and remove (${REMOVED})`, async () => {
    const old = numbered("old", REMOVED);
    await create("stays");
    await Promise.all(old.map(create));
    const added = numbered("new", CREATED);
    const isKnown = (name: string) => name === "stays" || added.includes(name) || old.includes(name);
    const [creates, lists, removes] = await Promise.all([
      Promise.all(added.map(create)),
      Promise.all(numbered("", LISTED).map((_, index) => cli.run(index % 3 === 0 ? ["ls", "-q"] : ["ls"]))),
      Promise.all(old.map((name) => cli.run(["rm", "-y", name]))),
    ]);
    for (const { exitCode, stderr } of [...creates, ...removes]) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const [index, list] of lists.entries()) {
      expect(list).toMatchObject({ exitCode: 0, stderr: "" });
      const rows = list.stdout.trimEnd().split("\n");
      if (index % 3 === 0) expect(rows.filter((row) => !isKnown(row))).toEqual([]);
      else expectTable(rows, isKnown);
      expect(list.stdout).toContain("stays");
    }
    expect((await cli.run(["ls", "-q"])).stdout.trimEnd().split("\n")).toEqual([...added, "stays"]);
    expect((await readdir(join(cli.storagePath, "machines"))).sort()).toEqual([...added, "stays"]);
    expect(await readdir(join(cli.storagePath, ".locks"))).toEqual([]);
    for (const name of added)
      expect((await readdir(cli.machinePath(name))).sort()).toEqual(["ca.pem", "cert.pem", "config.json", "key.pem"]);
  });

  it(`makes a machine once, in each of ${ROUNDS_OF_FOUR} rounds of four creates of one name`, async () => {
    await create("first");
    for (const name of numbered("same", ROUNDS_OF_FOUR)) {
      const results = await Promise.all([1, 2, 3, 4].map(() => create(name)));
      expect(results.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1, 1, 1]);
      for (const { stderr } of results.filter(({ exitCode }) => exitCode === 1)) expect(stderr).toContain(`"${name}" already exists`);
      expect(await cli.run(["url", name])).toEqual({ exitCode: 0, stdout: "tcp://127.0.0.1:1\n", stderr: "" });
    }
  });

  it(`has certificates that fit together after ${FIRST_CREATES} first creates at once`, async () => {
    const names = numbered("m", FIRST_CREATES);
    const results = await Promise.all(names.map(create));
    expect(results.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    expect(results.filter(({ stdout }) => stdout.includes("Creating CA:"))).toHaveLength(1);
    expect(results.filter(({ stdout }) => stdout.includes("Creating client certificate:"))).toHaveLength(1);
    const certs = join(cli.storagePath, "certs");
    expect((await readdir(certs)).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
    const ca = new X509Certificate(await readFile(join(certs, "ca.pem")));
    expect(ca.checkPrivateKey(createPrivateKey(await readFile(join(certs, "ca-key.pem"))))).toBe(true);
    for (const folder of [certs, ...names.map((name) => cli.machinePath(name))]) {
      const client = new X509Certificate(await readFile(join(folder, "cert.pem")));
      expect(client.checkIssued(ca) && client.verify(ca.publicKey)).toBe(true);
      expect(client.checkPrivateKey(createPrivateKey(await readFile(join(folder, "key.pem"))))).toBe(true);
      expect(await readFile(join(folder, "ca.pem"))).toEqual(await readFile(join(certs, "ca.pem")));
    }
  });
});

/** Each row is of a machine that was there at that time: it runs, or its creation goes on. */
function expectTable([header = "", ...rows]: readonly string[], isKnown: (name: string) => boolean): void {
  expect(header).toMatch(/^NAME +ACTIVE +DRIVER +STATE +URL +SWARM +DOCKER +ERRORS$/);
  for (const row of rows) {
    expect(row).toMatch(/^\S+ +- +none +(?:Running +tcp:\/\/127\.0\.0\.1:1 .*Cannot connect|Error .*Its creation has not finished)/);
    expect(
      row
        .split(" ")
        .slice(0, 1)
        .filter((name) => !isKnown(name)),
    ).toEqual([]);
  }
}
