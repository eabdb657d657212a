import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { vmContainerImage, vmImage, vmImageImpossible } from "../support/vm-image.js";

const run = promisify(execFile);
const preload = new URL("../support/kill-at-change.mjs", import.meta.url).href;
/** A guest that boots without hardware virtualization, on a busy computer. */
const BOOT = { timeout: 900_000 };
/** Changes to the disk between two kills of a create. */
const KILL_STEP = 4;

/** What is kept of the trial of accelerators, for all machines; a killed trial's files are overwritten by the next. */
const CACHE_OF_TRIALS = /\/(?:qemu-accelerators\.json|qemu-trial-amd64\.rom)(?:\.new)?$|\/\.locks\/[^/]*$/;

let cli: Cli;

describe.skipIf(vmImageImpossible !== undefined)(
  `machines in QEMU${vmImageImpossible === undefined ? "" : ` (skipped: ${vmImageImpossible})`}`,
  () => {
    beforeAll(async () => {
      cli = await Cli.create();
      cli.env.QEMU_IMAGE = await vmImage();
      cli.env.QEMU_MEMORY = "768";
      cli.env.MACHINE_WAIT_TIMEOUT = "800";
    });
    afterAll(async () => {
      const { stdout } = await cli.run(["ls", "-q"]);
      for (const name of stdout.split("\n").filter((each) => each !== "")) await cli.run(["rm", "-f", name]);
      await cli[Symbol.asyncDispose]();
    });

    const docker = async (...args: string[]): Promise<string> => {
      const { stdout: config } = await cli.run(["config", "dev"]);
      const flags = config.trim().split("\n");
      const { stdout } = await run("docker", [...flags.map((line) => line.replaceAll('"', "")), ...args]);
      return stdout.trim();
    };
    const guest = async (command: string): Promise<string> => (await cli.run(["ssh", "dev", command])).stdout.trim();

    it("is made of a cloud image, and runs a container", BOOT, async () => {
      const created = await cli.run(["create", "-d", "qemu", "dev"]);
      expectSuccess(created);
      expect(created.stdout).toContain("Docker is up and running!");
      expect(await docker("import", await vmContainerImage(), "busybox")).toMatch(/^sha256:/);
      expect(await docker("run", "--name", "keeper", "busybox", "sh", "-c", "echo precious > /kept; uname -n")).toMatch(/^[0-9a-f]{12}$/);
    });

    it("tells its address, url, status and environment: ports of 127.0.0.1, and no others", async () => {
      const { SSHPort, EnginePort } = await driverState("dev");
      const url = `tcp://127.0.0.1:${EnginePort}`;
      expect(await cli.run(["ip", "dev"])).toMatchObject({ stdout: "127.0.0.1\n" });
      expect(await cli.run(["url", "dev"])).toMatchObject({ stdout: `${url}\n` });
      expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: "Running\n" });
      expect((await cli.run(["env", "dev"])).stdout).toContain(`export DOCKER_HOST="${url}"`);
      expect((await cli.run(["ls"])).stdout).toMatch(/\ndev +- +qemu +Running +tcp:\S+ +v\d+\.\d+\S+ +\n$/);
      expect(await guest("uname -n")).toBe("dev");
      expect(await listeningAddresses(await qemuPid("dev"))).toEqual([`127.0.0.1:${SSHPort}`, `127.0.0.1:${EnginePort}`].sort());
    });

    it("outlives whoever started it", async () => {
      const stat = await readFile(`/proc/${await qemuPid("dev")}/stat`, "utf8");
      const [, , , , session] = stat.slice(stat.lastIndexOf(")")).split(" ");
      expect(session).not.toBe((await readFile("/proc/self/stat", "utf8")).split(" ")[5]);
    });

    it("keeps its containers, their data and its ports over stop and start", BOOT, async () => {
      const before = await driverState("dev");
      expectSuccess(await cli.run(["stop", "dev"]));
      expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: "Stopped\n" });
      expect(await processesOf("dev")).toEqual([]);
      expectSuccess(await cli.run(["start", "dev"]));
      expect(await driverState("dev")).toEqual(before);
      expect(await docker("ps", "--all", "--format", "{{.Names}}")).toBe("keeper");
      expect(await docker("cp", "keeper:/kept", "-")).toContain("precious");
    });

    it("is paused and saved, goes on where it was, and has the right time", BOOT, async () => {
      const bootId = () => guest("cat /proc/sys/kernel/random/boot_id");
      const before = await bootId();
      await guest("echo not on the disk | sudo tee /dev/shm/kept");
      for (const [command, status] of [
        ["pause", "Paused"],
        ["save", "Saved"],
      ] as const) {
        expectSuccess(await cli.run([command, "dev"]));
        expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: `${status}\n` });
        await sleep(4000);
        expectSuccess(await cli.run(["start", "dev"]));
        expect(await bootId()).toBe(before);
        expect(await guest("cat /dev/shm/kept")).toBe("not on the disk");
        const startedAt = Date.now();
        const guestTime = Number(await guest("date +%s%3N"));
        expect(guestTime, "the guest's clock is behind").toBeGreaterThan(startedAt - 2000);
        expect(guestTime, "the guest's clock is ahead").toBeLessThan(Date.now() + 2000);
        expect(await docker("ps", "--all", "--format", "{{.Names}}")).toBe("keeper");
      }
    });

    it("leaves no process, file or port when it is removed", async () => {
      const { SSHPort, EnginePort } = await driverState("dev");
      expectSuccess(await cli.run(["rm", "-y", "dev"]));
      expect(await residue("dev")).toEqual([]);
      for (const port of [SSHPort, EnginePort]) expect(await answers(port), `port ${port}`).toBe(false);
    });

    it("a create that is killed at any moment leaves nothing that rm can't remove", { timeout: 600_000 }, async () => {
      let kills = 0;
      for (let change = 1; await isKilled(change); change += KILL_STEP) {
        kills += 1;
        const removed = await cli.run(["rm", "-y", "killed"]);
        // Until the folder of a machine has its name, there is no machine; the next create takes it away.
        const isUnborn = (path: string) => removed.exitCode !== 0 && path.startsWith(".killed.new");
        const left = (await residue("killed")).filter((path) => !isUnborn(path));
        expect(left, `killed before change ${change}: ${removed.stderr}`).toEqual([]);
      }
      expect(kills).toBeGreaterThan(10);
      expect(await processesOf("killed")).not.toEqual([]);
      expectSuccess(await cli.run(["rm", "-y", "killed"]));
      expect(await residue("killed"), "killed while it waits for SSH").toEqual([]);
    });

    it("a QEMU that is only just being started when the program is killed is found by rm, or ends by itself", async () => {
      for (let kills = 0; kills < 4; kills++) {
        const child = cli.start(["create", "-d", "qemu", "killed"]);
        const closed = once(child, "close");
        while (!(await processesOf("killed")).some((line) => line.includes("-pidfile"))) await sleep(1);
        await sleep(10 * kills);
        child.kill("SIGKILL");
        await closed;
        expectSuccess(await cli.run(["rm", "-y", "killed"]));
        await expect.poll(() => residue("killed"), { timeout: 10_000 }).toEqual([]);
      }
    });

    /** Creates a machine and kills the program right before the n-th change to the disk; or while it waits for SSH, if it comes that far. */
    async function isKilled(change: number): Promise<boolean> {
      const child = cli.start(["create", "-d", "qemu", "killed"], {
        env: { NODE_OPTIONS: `--import=${preload}`, KILL_AT_CHANGE: String(change) },
      });
      let isWaiting = false;
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (!text.includes("Waiting for")) return;
        isWaiting = true;
        child.kill("SIGKILL");
      });
      const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
      expect(signal).toBe("SIGKILL");
      return !isWaiting;
    }

    async function driverState(name: string): Promise<{ readonly SSHPort: number; readonly EnginePort: number }> {
      return JSON.parse(await readFile(cli.machinePath(name, "config.json"), "utf8")).Driver;
    }

    async function qemuPid(name: string): Promise<number> {
      return Number(await readFile(cli.machinePath(name, "qemu.pid"), "utf8"));
    }

    /** What is left of a machine: processes, files in the store, promised ports, folders for temporary files. */
    async function residue(name: string): Promise<string[]> {
      const [machines, cached] = await Promise.all([entries(join(cli.storagePath, "machines")), entries(cli.env.XDG_CACHE_HOME ?? "")]);
      return [...(await processesOf(name)), ...machines, ...cached.filter((path) => path.includes("qemu") && !CACHE_OF_TRIALS.test(path))];
    }
  },
);

function expectSuccess(result: CliResult): void {
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
}

/** The command lines of the processes that have to do with a machine's folder. */
async function processesOf(name: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((each) => /^\d+$/.test(each));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(cli.machinePath(name)));
}

/** Of TCP: a socket of UDP by which a guest has asked for a name looks like one that listens. */
async function listeningAddresses(pid: number): Promise<string[]> {
  const { stdout } = await run("ss", ["--listening", "--tcp", "--numeric", "--processes", "--no-header"]);
  const lines = stdout.split("\n").filter((line) => line.includes(`pid=${pid},`));
  // Some versions have a column for the state, though all have the same.
  return lines.flatMap((line) => /(\S+:\d+)\s+\S+:\*/.exec(line)?.[1] ?? []).sort();
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  }).then((isOpen) => {
    socket.destroy();
    return isOpen === true;
  });
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true }).catch(() => []);
}
