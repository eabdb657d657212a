import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { isPortFree, releasePorts, reservePorts } from "../src/free-ports.js";

const WISHES = [{ purpose: "SSH" }, { purpose: "Docker" }];

async function computer() {
  const root = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const host = new FakeHost({ cacheDirectory: join(root, "cache") });
  const machine = async (name: string) => {
    await mkdir(join(root, name));
    return join(root, name);
  };
  return { host, machine, cache: join(root, "cache") };
}

async function listenOn(address: string, port = 0): Promise<number> {
  const server = createServer().listen(port, address);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test("machines get different ports, that are free, also at the same time", async () => {
  const { host, machine } = await computer();
  const machines = await Promise.all(["one", "two", "three"].map(machine));
  const ports = (await Promise.all(machines.map((directory) => reservePorts(directory, WISHES, host)))).flat();
  expect(new Set(ports).size).toBe(6);
  expect(await Promise.all(ports.map(isPortFree))).not.toContain(false);
  expect(ports.filter((port) => port < 20_000 || port >= 30_000)).toEqual([]);
});

test("a machine keeps its ports", async () => {
  const { host, machine } = await computer();
  const directory = await machine("one");
  const [ssh = 0, docker = 0] = await reservePorts(directory, WISHES, host);
  const again = [
    { purpose: "SSH", kept: ssh },
    { purpose: "Docker", kept: docker },
  ];
  expect(await reservePorts(directory, again, host)).toEqual([ssh, docker]);
  expect(host.lines).toEqual([]);
});

test.each(["127.0.0.1", "0.0.0.0"])("a port that somebody took at %s is replaced, and that is said", async (address) => {
  const { host, machine } = await computer();
  const taken = await listenOn(address);
  expect(await isPortFree(taken)).toBe(false);
  const [port] = await reservePorts(await machine("one"), [{ purpose: "SSH", kept: taken }], host);
  expect(port).not.toBe(taken);
  expect(host.lines).toEqual([
    { level: "warn", message: `Port ${taken} of 127.0.0.1, until now this machine's for SSH, is taken: it is ${port} from now on.` },
  ]);
});

test("a port that is promised to a machine which does not run is not given to another", async () => {
  const { host, machine } = await computer();
  const [port = 0] = await reservePorts(await machine("one"), [{ purpose: "SSH" }], host);
  const [other] = await reservePorts(await machine("two"), [{ purpose: "SSH", kept: port }], host);
  expect(other).not.toBe(port);
});

test("promises end with the machine, said or not, and the last one leaves no file", async () => {
  const { host, machine, cache } = await computer();
  const [one, two] = [await machine("one"), await machine("two")];
  const [first = 0] = await reservePorts(one, WISHES, host);
  await rm(one, { recursive: true });
  expect(await reservePorts(two, [{ purpose: "SSH", kept: first }], host)).toEqual([first]);
  expect(await readFile(join(cache, "qemu-ports.json"), "utf8")).toBe(JSON.stringify({ [first]: two }));
  await releasePorts(two, host);
  await releasePorts(two, host);
  expect(await readdir(cache)).toEqual([]);
});

test("a damaged file of promises promises nothing", async () => {
  const { host, machine, cache } = await computer();
  await mkdir(cache);
  for (const text of ["", "null", "[1", '{"22": 1}']) {
    await writeFile(join(cache, "qemu-ports.json"), text);
    expect(await reservePorts(await machine(`m${text.length}`), WISHES, host)).toHaveLength(2);
  }
});
