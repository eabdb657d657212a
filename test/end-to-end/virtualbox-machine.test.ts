import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { installVirtualBox, type VirtualBoxWorld } from "../support/virtualbox/install.js";
import { vmContainerImage, vmImage, vmImageImpossible } from "../support/vm-image.js";

const run = promisify(execFile);
const virtualBoxImpossible = ["qemu-system-x86_64", "ip", "dnsmasq"].every((program) => isProgram(program))
  ? process.getuid?.() === 0
    ? undefined
    : "the stand-in's networks are made by root"
  : "qemu-system-x86_64, ip or dnsmasq is not installed";
const impossible = virtualBoxImpossible ?? vmImageImpossible;
const NOTHING = { machines: [], media: [], processes: [], interfaces: [], dhcpServers: [], files: [] };

/** Guests that boot without hardware virtualization, on a busy computer, two at once. */
const BOOT_TIMEOUT_MS = 900_000;

/** Options that a guest without hardware virtualization needs, or is quicker with. */
const OPTIONS = ["--virtualbox-no-vtx-check", "--virtualbox-disk-size", "4000"];

/** Each stand-in's network is one of the kernel's, so guests that are talked to keep away from those of other tests, and of runs that were cut. */
async function ownNetwork(): Promise<string[]> {
  const { stdout: routes } = await run("ip", ["-4", "route", "show"]);
  const free = ["192.168.62.", "192.168.61.", "192.168.60."].find((network) => !routes.includes(network)) ?? "192.168.63.";
  return ["--virtualbox-hostonly-cidr", `${free}1/24`];
}

/** The program with a VirtualBox of its own. */
class VirtualBoxCli {
  readonly cli: Cli;
  readonly world: VirtualBoxWorld;

  private constructor(cli: Cli, world: VirtualBoxWorld) {
    this.cli = cli;
    this.world = world;
    cli.env.PATH = `${world.bin}${delimiter}${cli.env.PATH}`;
  }

  static async create(): Promise<VirtualBoxCli> {
    return new VirtualBoxCli(await Cli.create(), installVirtualBox({ hasKernelNetwork: true }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world.close();
    await this.cli[Symbol.asyncDispose]();
  }

  async docker(name: string, ...args: string[]): Promise<string> {
    const { stdout: config } = await this.cli.run(["config", name]);
    const words = config.trim().split("\n");
    const { stdout } = await run("docker", [...words.map((line) => line.replaceAll('"', "")), ...args]);
    return stdout.trim();
  }

  async saved(name: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(this.cli.machinePath(name, "config.json"), "utf8")).Driver;
  }
}

function isProgram(name: string): boolean {
  const { PATH = "" } = process.env;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function expectSuccess(result: CliResult): void {
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
}

/** Waits for a text in what a program prints; fails when it ends without. */
async function untilPrinted(stream: Readable, text: string): Promise<void> {
  let printed = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (printed.includes(text)) break;
  }
  expect(printed).toContain(text);
  stream.resume();
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

describe.skipIf(impossible !== undefined)(`machines in VirtualBox${impossible === undefined ? "" : ` (skipped: ${impossible})`}`, () => {
  let box: VirtualBoxCli;

  beforeAll(async () => {
    box = await VirtualBoxCli.create();
  });
  afterAll(() => box[Symbol.asyncDispose]());

  it(
    "two that are made at once share a host-only network; removing one leaves the other its network, and that runs Docker",
    async () => {
      const image = await vmImage();
      const network = await ownNetwork();
      const create = (name: string) => ["create", "-d", "virtualbox", "--virtualbox-image", image, ...OPTIONS, ...network, name];
      const one = box.cli.run(create("one"));
      const two = box.cli.start(create("two"));
      // One guest that boots is enough: the other is killed as soon as it is started.
      await untilPrinted(two.stdout, "Waiting for an IP...");
      two.kill("SIGKILL");
      await once(two, "close");
      const networkOf = (name: string) =>
        /^hostonlyadapter2="(.+)"$/m.exec(box.world.run("showvminfo", name, "--machinereadable").stdout)?.[1];
      const shared = networkOf("two");
      expect(shared).toMatch(/^vboxnet\d+$/);
      expectSuccess(await box.cli.run(["rm", "-y", "two"]));
      expectSuccess(await one);
      expect(networkOf("one")).toBe(shared);
      expect(box.world.run("list", "hostonlyifs").stdout.match(/^Name:/gm)).toHaveLength(1);
      expect((await box.cli.run(["ip", "one"])).stdout).toMatch(/^192\.168\.6\d\.\d+\n$/);
      const residue = await box.world.residue();
      expect(residue.machines).toEqual(["one"]);
      expect(residue.interfaces).toHaveLength(2);
    },
    BOOT_TIMEOUT_MS,
  );

  it("a container runs there, and env leads to it", async () => {
    expect(await box.docker("one", "import", await vmContainerImage(), "busybox")).toMatch(/^sha256:/);
    expect(await box.docker("one", "run", "-v", "kept:/kept", "busybox", "sh", "-c", "echo here > /kept/file; uname -n")).toMatch(
      /^[0-9a-f]{12}$/,
    );
    const { stdout: address } = await box.cli.run(["ip", "one"]);
    const { stdout: env } = await box.cli.run(["env", "one"]);
    expect(env).toContain(`export DOCKER_HOST="tcp://${address.trim()}:2376"`);
    expect((await box.cli.run(["ssh", "one", "hostname"])).stdout).toBe("one\n");
  });

  it("the disk is as large as wished", async () => {
    const { stdout } = await box.cli.run(["ssh", "one", "lsblk", "-bdno", "SIZE", "/dev/sda"]);
    expect(Number(stdout)).toBe(4000 * 2 ** 20);
  });

  it(
    "after stop and start, the container's data is there",
    async () => {
      expectSuccess(await box.cli.run(["stop", "one"]));
      expect((await box.cli.run(["status", "one"])).stdout).toBe("Stopped\n");
      expectSuccess(await box.cli.run(["start", "one"]));
      expect(await box.docker("one", "run", "-v", "kept:/kept", "busybox", "cat", "/kept/file")).toBe("here");
    },
    BOOT_TIMEOUT_MS,
  );

  it("a saved one goes on where it was", async () => {
    const { stdout: before } = await box.cli.run(["ssh", "one", "cat", "/proc/sys/kernel/random/boot_id"]);
    expectSuccess(await box.cli.run(["save", "one"]));
    expect((await box.cli.run(["status", "one"])).stdout).toBe("Saved\n");
    expectSuccess(await box.cli.run(["start", "one"]));
    expect((await box.cli.run(["ssh", "one", "cat", "/proc/sys/kernel/random/boot_id"])).stdout).toBe(before);
  });

  it("rm leaves no process, file, port or network", async () => {
    const { SSHPort } = await box.saved("one");
    expect(await isListening(Number(SSHPort))).toBe(true);
    expectSuccess(await box.cli.run(["rm", "-y", "one"]));
    expect(await box.world.residue()).toEqual(NOTHING);
    expect(await isListening(Number(SSHPort))).toBe(false);
    await expect(readFile(box.cli.machinePath("one", "config.json"))).rejects.toThrow("ENOENT");
    expect(box.world.run("getextradata", "global", "enumerate").stdout).not.toContain("docker-machine");
  });
});

/** A disk that starts nothing: its boot sector stops the processor. */
function sleepingDisk(): Buffer {
  const disk = Buffer.alloc(2 ** 20);
  Buffer.from([0xfa, 0xf4, 0xeb, 0xfd]).copy(disk);
  disk.writeUInt8(0x83, 446 + 4);
  disk.writeUInt32LE(1, 446 + 8);
  disk.writeUInt32LE(2047, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

describe.skipIf(virtualBoxImpossible !== undefined)(
  `many in VirtualBox${virtualBoxImpossible === undefined ? "" : ` (skipped: ${virtualBoxImpossible})`}`,
  () => {
    const NAMES = ["one", "two", "three", "four"];

    it("made at once share one host-only network, and removed at once leave nothing", async () => {
      await using box = await VirtualBoxCli.create();
      const image = join(box.cli.directory, "sleeping.raw");
      await writeFile(image, sleepingDisk());
      const create = (name: string) => {
        const args = ["create", "-d", "virtualbox", "--virtualbox-image", image, "--virtualbox-memory", "64", ...OPTIONS, name];
        const child = box.cli.start(args);
        child.stderr.resume();
        return child;
      };
      const children = NAMES.map(create);
      // These guests never answer, so their creation waits for them until it is interrupted.
      await Promise.all(children.map((child) => untilPrinted(child.stdout, "Waiting for an IP...")));
      expect(box.world.run("list", "hostonlyifs").stdout.match(/^Name:/gm)).toHaveLength(1);
      expect(box.world.run("list", "runningvms").stdout.trim().split("\n")).toHaveLength(NAMES.length);
      const ports = await Promise.all(NAMES.map(async (name) => (await box.saved(name)).SSHPort));
      expect(new Set(ports).size).toBe(NAMES.length);
      for (const child of children) child.kill("SIGINT");
      await Promise.all(children.map((child) => once(child, "close")));
      const removed = await Promise.all(NAMES.map((name) => box.cli.run(["rm", "-f", "-y", name])));
      for (const result of removed) expectSuccess(result);
      expect(await box.world.residue()).toEqual(NOTHING);
      expect(box.world.run("getextradata", "global", "enumerate").stdout).not.toContain("docker-machine");
    });
  },
);

/** VBoxManage that kills the program which started it, right after its n-th run: `$KILL_AFTER_RUN`. Returns the file where runs are counted. */
async function installKiller(world: VirtualBoxWorld): Promise<string> {
  const [program, real, countFile] = [join(world.bin, "VBoxManage"), join(world.bin, "VBoxManage.real"), join(world.bin, "runs")];
  await rename(program, real);
  const script = `#!/bin/sh
n=$(($(cat '${countFile}') + 1))
echo "$n" >'${countFile}'
'${real}' "$@"
code=$?
[ "$n" = "$KILL_AFTER_RUN" ] && kill -9 "$PPID"
exit "$code"
`;
  await writeFile(program, script, { mode: 0o755 });
  return countFile;
}

describe.skipIf(virtualBoxImpossible !== undefined)(
  `create in VirtualBox, killed${virtualBoxImpossible === undefined ? "" : ` (skipped: ${virtualBoxImpossible})`}`,
  () => {
    /** Create runs VBoxManage less often before it waits for the guest, which never answers here. */
    const RUNS = 34;
    const WORKERS = 2;

    async function killAfterEach(steps: readonly number[]): Promise<unknown[]> {
      await using box = await VirtualBoxCli.create();
      const countFile = await installKiller(box.world);
      const image = join(box.cli.directory, "sleeping.raw");
      await writeFile(image, sleepingDisk());
      const outcomes: unknown[] = [];
      for (const killAfter of steps) {
        await writeFile(countFile, "0");
        const args = ["create", "-d", "virtualbox", "--virtualbox-image", image, ...OPTIONS, "dev"];
        const child = box.cli.start(args, { env: { KILL_AFTER_RUN: String(killAfter) } });
        child.stdout.resume();
        child.stderr.resume();
        const [, signal] = await once(child, "close");
        const removed = await box.cli.run(["rm", "-f", "-y", "dev"]);
        const marks = box.world.run("getextradata", "global", "enumerate").stdout.includes("docker-machine");
        outcomes.push({ killAfter, signal, exitCode: removed.exitCode, marks, residue: await box.world.residue() });
      }
      return outcomes;
    }

    it("after any of its runs of VBoxManage, leaves nothing that rm doesn't remove", async () => {
      const steps = Array.from({ length: RUNS }, (_, index) => index + 1);
      const shares = Array.from({ length: WORKERS }, (_, worker) => steps.filter((step) => step % WORKERS === worker));
      const outcomes = (await Promise.all(shares.map(killAfterEach))).flat();
      const expected = steps.map((killAfter) => ({ killAfter, signal: "SIGKILL", exitCode: 0, marks: false, residue: NOTHING }));
      expect(outcomes).toHaveLength(expected.length);
      for (const outcome of expected) expect(outcomes).toContainEqual(outcome);
    });
  },
);
