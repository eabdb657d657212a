import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rename, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { RecordedEngine } from "../replay/recorded-engine.js";
import { Cli, type CliResult } from "../support/cli.js";
import { defects, notInReach } from "./go-defects-index.js";

const root = new URL("../../", import.meta.url);

describe("the index of defects", () => {
  it.each(defects)("names tests that there are for: $defect", async ({ heldBy }) => {
    expect(heldBy).not.toEqual([]);
    for (const [file, title] of heldBy) expect(await readFile(new URL(file, root), "utf8"), `${file}: ${title}`).toContain(title);
  });

  it("gives a reason for what has no test", () => {
    for (const { reason } of notInReach) expect(reason).toMatch(/\w+ \w+/);
  });
});

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
});
afterEach(() => cli[Symbol.asyncDispose]());

const create = (name: string, url: string, ...more: string[]) => cli.run(["create", "-d", "none", "--url", url, ...more, name]);

async function createAll(names: readonly string[], url: string, ...more: string[]): Promise<void> {
  const made = await cli.run(["create", "-d", "none", "--url", url, ...more, ...names]);
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
}

/** A port that takes connections and never says anything. */
async function silentPort() {
  const sockets = new Set<Socket>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    for (const { count, resolve } of waiting) if (sockets.size >= count) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `tcp://127.0.0.1:${address.port}`,
    /** Waits until so many connections are open at the same time. */
    connections: (count: number) => new Promise<void>((resolve) => (sockets.size >= count ? resolve() : waiting.push({ count, resolve }))),
    get seen() {
      return sockets.size;
    },
  };
}

async function childrenOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => "")));
  return lists.flatMap((list) => list.split(" ")).filter((each) => each !== "");
}

async function listeningSockets(pid: number): Promise<string[]> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const rows = (await readFile("/proc/net/tcp", "utf8")).split("\n").map((row) => row.trim().split(/\s+/));
  return rows.filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(inode ?? "")).map((row) => row.join(" "));
}

const hasProc = existsSync("/proc/self/task");

describe.skipIf(!hasProc)(`ls${hasProc ? "" : " (skipped: there is no /proc to look at processes)"}`, () => {
  it("asks all machines at once, in one process; it starts no process and opens no port for a driver", async () => {
    const silent = await silentPort();
    const names = Array.from({ length: 30 }, (_, index) => `m${index}`);
    await createAll(names, silent.url);
    const child = cli.start(["ls", "-t", "60"]);
    const ended = new Promise((resolve) => child.on("close", resolve));
    try {
      await silent.connections(names.length);
      expect(await childrenOf(child.pid ?? 0)).toEqual([]);
      expect(await listeningSockets(child.pid ?? 0)).toEqual([]);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });
});

describe("ls", () => {
  it("asks no machine for names only", async () => {
    const silent = await silentPort();
    await createAll(["one", "two"], silent.url);
    expect(await cli.run(["ls", "-q"])).toMatchObject({ exitCode: 0, stdout: "one\ntwo\n" });
    expect(await cli.run(["ls", "-q", "--filter", "name=o"])).toMatchObject({ exitCode: 0, stdout: "one\ntwo\n" });
    expect((await cli.run(["ls", "--filter", "name=nobody"])).stdout.trim().split("\n")).toHaveLength(1);
    expect(silent.seen).toBe(0);
  });

  it("gives up on machines that never answer when its time is over, and shows the others", async () => {
    const silent = await silentPort();
    await createAll(["dumb", "dumber"], silent.url);
    await create("refusing", "tcp://127.0.0.1:1");
    const listed = await cli.run(["ls", "-t", "1"]);
    expect(listed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(listed.stdout).toMatch(/\ndumb +- +none +Timeout .*\ndumber +- +none +Timeout .*\nrefusing +- +none +Running /);
    const active = { DOCKER_HOST: silent.url };
    expect(await cli.run(["active", "-t", "1"], { env: active })).toMatchObject({ exitCode: 0, stdout: "dumb\n" });
  });

  it("filters by labels: name and value, name only; machines without any, or damaged ones, don't matter", async () => {
    await create("app", "tcp://127.0.0.1:1", "--engine-label", "app=Web", "--engine-label", "plain");
    await create("bare", "tcp://127.0.0.1:1");
    await create("nil", "tcp://127.0.0.1:1");
    const config = JSON.parse(await readFile(cli.machinePath("nil", "config.json"), "utf8"));
    config.HostOptions.EngineOptions.Labels = null;
    await writeFile(cli.machinePath("nil", "config.json"), JSON.stringify(config));
    await mkdir(cli.machinePath("empty"));
    const found = async (label: string) => (await cli.run(["ls", "-q", "--filter", `label=${label}`])).stdout;
    expect(await found("app=Web")).toBe("app\n");
    expect(await found("app=web")).toBe("app\n");
    expect(await found("app")).toBe("app\n");
    expect(await found("plain")).toBe("app\n");
    expect(await found("app=other")).toBe("");
    expect(await found("App")).toBe("");
  });

  it("keeps names that differ in case only apart", async () => {
    await createAll(["dev", "Dev", "DEV"], "tcp://127.0.0.1:1");
    const rows = (await cli.run(["ls"])).stdout.trim().split("\n").slice(1);
    expect(rows.map((row) => row.split(" ")[0]).sort()).toEqual(["DEV", "Dev", "dev"]);
    expect((await cli.run(["rm", "-y", "Dev"])).exitCode).toBe(0);
    expect((await cli.run(["ls", "-q"])).stdout.trim().split("\n").sort()).toEqual(["DEV", "dev"]);
  });
});

it.each([
  ["tcp://127.0.0.1:2376", "127.0.0.1"],
  ["tcp://[::1]:2376", "::1"],
  ["tcp://docker.example:1", "docker.example"],
  ["tcp://192.0.2.1", "192.0.2.1"],
])("ip of a machine of the driver none at %s prints no port", async (url, ip) => {
  await create("dev", url);
  expect(await cli.run(["ip", "dev"])).toMatchObject({ exitCode: 0, stdout: `${ip}\n` });
});

describe("the store", () => {
  it("a store that was moved works where it is now", async () => {
    await create("dev", "tcp://127.0.0.1:1");
    const engine = await RecordedEngine.start(cli.storagePath, join(cli.directory, "engine"));
    onTestFinished(() => engine[Symbol.asyncDispose]());
    await create("live", `tcp://127.0.0.1:${engine.port}`);
    const moved = join(cli.directory, "moved");
    await rename(cli.storagePath, moved);
    const config = await cli.run(["-s", moved, "config", "live"]);
    expect(config).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`--tlscacert="${moved}/machines/live/ca.pem"`) });
    expect((await cli.run(["-s", moved, "env", "live"])).stdout).toContain(`DOCKER_CERT_PATH="${moved}/machines/live"`);
    expect((await cli.run(["-s", moved, "ls"])).stdout).toContain("v24.0.7");
    expect(await cli.run(["-s", moved, "create", "-d", "none", "--url", "tcp://127.0.0.1:1", "new"])).toMatchObject({ exitCode: 0 });
    expect(await cli.run(["-s", moved, "rm", "-y", "dev", "live", "new"])).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(moved, "machines"))).toEqual([]);
    expect(existsSync(cli.storagePath)).toBe(false);
  });

  it("a store in a folder with spaces, quotes and dollars is printed as the shell takes it", async () => {
    const store = join(cli.directory, `it's "my" $HOME store`);
    const run = (...args: string[]) => cli.run(["-s", store, ...args]);
    expect((await run("create", "-d", "none", "--url", "tcp://127.0.0.1:1", "first")).exitCode).toBe(0);
    const engine = await RecordedEngine.start(store, join(cli.directory, "engine"));
    onTestFinished(() => engine[Symbol.asyncDispose]());
    expect((await run("create", "-d", "none", "--url", `tcp://127.0.0.1:${engine.port}`, "live")).exitCode).toBe(0);
    const { stdout } = await run("env", "--shell", "bash", "live");
    const shown = await runProcess("bash", ["-c", 'eval "$1"; printf %s "$DOCKER_CERT_PATH"', "bash", stdout]);
    expect(shown.stdout).toBe(join(store, "machines", "live"));
    expect((await run("rm", "-y", "first", "live")).exitCode).toBe(0);
  });

  it("status never fails beside ip", async () => {
    await create("dev", "tcp://127.0.0.1:1");
    const lines = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? "status" : "ip"));
    const results: CliResult[] = [];
    // Five at once, as often as it takes.
    for (let start = 0; start < lines.length; start += 5) {
      results.push(...(await Promise.all(lines.slice(start, start + 5).map((line) => cli.run([line, "dev"])))));
    }
    expect(new Set(results.map(({ exitCode, stdout, stderr }) => `${exitCode}${stdout}${stderr}`))).toEqual(
      new Set(["0Running\n", "0127.0.0.1\n"]),
    );
  });
});

describe("what goes wrong is nobody else's business", () => {
  /** Writes down whom the process connects to, or whose address it looks up. */
  const SPY = `
    const { appendFileSync } = require("node:fs");
    const net = require("node:net");
    const dns = require("node:dns");
    const note = (text) => appendFileSync(process.env.SPY_FILE, text + "\\n");
    const connect = net.Socket.prototype.connect;
    net.Socket.prototype.connect = function (...args) {
      const [options] = Array.isArray(args[0]) ? args[0] : args;
      note("connect " + (options?.host ?? options?.path ?? "localhost") + ":" + (options?.port ?? ""));
      return connect.apply(this, args);
    };
    const lookup = dns.lookup;
    dns.lookup = (name, ...rest) => { note("lookup " + name); return lookup(name, ...rest); };
  `;

  it("an error connects to nobody but the machine", async () => {
    await create("dead", "tcp://127.0.0.1:1");
    const spy = join(cli.directory, "spy.cjs");
    const seen = join(cli.directory, "seen");
    await writeFile(spy, SPY);
    await writeFile(seen, "");
    const env = { NODE_OPTIONS: `--require ${spy}`, SPY_FILE: seen, MACHINE_BUGSNAG_API_TOKEN: "0123456789abcdef0123456789abcdef" };
    const lines = [
      ["status", "nope"],
      ["create", "-d", "none", "x"],
      ["rm", "-y", "nope"],
      ["inspect", "dead"],
      ["ssh", "dead"],
    ];
    for (const line of lines) await cli.run(["--bugsnag-api-token=0123456789abcdef0123456789abcdef", ...line], { env });
    expect(await readFile(seen, "utf8")).toBe("");
    expect((await cli.run(["config", "dead"], { env })).exitCode).toBe(1);
    expect(await readFile(seen, "utf8")).toBe("connect 127.0.0.1:1\n");
  });
});
