import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { RunOptions, RunResult } from "@docker-machine/driver-sdk";
import type { ConformanceWorld, StepRunner } from "@docker-machine/driver-sdk/testing";
import { FakeMonitor } from "./fake-monitor.ts";

const MACHINE_TYPE = "pc-q35-7.2";
const IMAGE_BYTES = 64 * 1024;

/**
 * A computer with a QEMU that runs no guest: what `qemu-img` and `qemu-system-x86_64` do as far as the driver sees it. A running machine is a real process with
 * QEMU's words on its command line and a real monitor's socket, so that finding, asking and ending it is as it is with QEMU. A guest obeys the power button at once.
 */
export class FakeComputer implements ConformanceWorld {
  readonly flags: Record<string, string>;
  readonly #outside: StepRunner;
  readonly #folder: string;
  /** Disks that were made. */
  readonly #disks = new Set<string>();
  /** Snapshots in disks, by `DISK TAG`. */
  readonly #snapshots = new Set<string>();
  readonly #machines = new Set<FakeMachineProcess>();

  private constructor(outside: StepRunner, folder: string) {
    this.#outside = outside;
    this.#folder = folder;
    this.flags = { "qemu-image": join(folder, "image.qcow2"), "qemu-accelerator": "tcg" };
  }

  static async make(outside: StepRunner): Promise<FakeComputer> {
    const folder = await mkdtemp(join(tmpdir(), "qemu-world-"));
    await writeFile(join(folder, "image.qcow2"), qcow2Header());
    return new FakeComputer(outside, folder);
  }

  readonly run = async (file: string, args: readonly string[], _options: RunOptions): Promise<Partial<RunResult>> => {
    const program = basename(file);
    if (program === "qemu-img") return this.#imageTool(args);
    if (args.includes("--version")) return { stdout: "QEMU emulator version 7.2.22 (fake)\n" };
    if (args.includes("-daemonize")) return this.#startMachine(args);
    throw new Error(`The fake computer can't run ${[file, ...args].join(" ")}`);
  };

  async residue(): Promise<readonly string[]> {
    const running = [...this.#machines].filter((machine) => machine.isAlive).map(({ uuid }) => `process ${uuid}`);
    return [...running, ...[...this.#disks].filter((path) => existsSync(path)).map((path) => `disk ${path}`)];
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#machines].map((machine) => machine.end()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #imageTool(args: readonly string[]): Promise<Partial<RunResult>> {
    const last = args.at(-1) ?? "";
    switch (args[0]) {
      case "info":
        return { stdout: JSON.stringify({ format: "qcow2", "virtual-size": IMAGE_BYTES }) };
      case "create": {
        const path = args.at(-2) ?? "";
        this.#disks.add(path).add(path.replace(/\.new$/, ""));
        await writeFile(path, qcow2Header());
        return {};
      }
      case "snapshot":
        return { exitCode: this.#snapshots.delete(`${last} ${args.at(-2)}`) ? 0 : 1 };
      default:
        throw new Error(`The fake qemu-img can't ${args.join(" ")}`);
    }
  }

  async #startMachine(args: readonly string[]): Promise<Partial<RunResult>> {
    const disk = /filename=([^,]*disk\.qcow2)/.exec(args.join(" "))?.[1] ?? "";
    if (!existsSync(disk)) return { exitCode: 1, stderr: `qemu-system-x86_64: Could not open '${disk}': No such file or directory\n` };
    const machine = await FakeMachineProcess.start(args, disk, this.#snapshots, this.#outside);
    this.#machines.add(machine);
    return {};
  }
}

/** A process that stands for a QEMU, and the monitor that is this test's own. */
class FakeMachineProcess {
  readonly uuid: string;
  readonly #child: ChildProcess;
  readonly #monitor: FakeMonitor;

  private constructor(uuid: string, child: ChildProcess, monitor: FakeMonitor) {
    this.uuid = uuid;
    this.#child = child;
    this.#monitor = monitor;
  }

  static async start(args: readonly string[], disk: string, snapshots: Set<string>, outside: StepRunner): Promise<FakeMachineProcess> {
    const uuid = wordAfter(args, "-uuid");
    const pidFile = wordAfter(args, "-pidfile");
    // It waits for a word that never comes, and ends with the test's process.
    const child = spawn("sh", ["-c", "read nothing", "qemu", ...args], { stdio: ["pipe", "ignore", "ignore"] });
    await once(child, "spawn");
    child.unref();
    await writeFile(pidFile, `${child.pid}\n`);
    const socketPath = /path=([^,]*\.sock)/.exec(args.filter((word) => word.startsWith("socket,id=qmp")).join(""))?.[1] ?? "";
    const guest = new FakeGuest({ uuid, disk, snapshots, isWaiting: args.includes("-S"), powerOff: () => machine.end() });
    const monitor = await FakeMonitor.listen(socketPath, (command, commandArgs) =>
      outside.step(`qmp ${command}`, () => guest.execute(command, commandArgs)),
    );
    const machine = new FakeMachineProcess(uuid, child, monitor);
    child.once("exit", () => void monitor.close());
    return machine;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(): Promise<void> {
    if (this.isAlive) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exited;
    }
    await this.#monitor.close();
  }
}

interface GuestParts {
  readonly uuid: string;
  readonly disk: string;
  readonly snapshots: Set<string>;
  readonly isWaiting: boolean;
  readonly powerOff: () => Promise<void>;
}

/** What QMP commands do to a virtual machine, in the words of QEMU's qapi. */
class FakeGuest {
  readonly #parts: GuestParts;
  #state: string;
  readonly #jobs = new Map<string, string | undefined>();

  constructor(parts: GuestParts) {
    this.#parts = parts;
    this.#state = parts.isWaiting ? "prelaunch" : "running";
  }

  async execute(command: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    switch (command) {
      case "query-uuid":
        return { UUID: this.#parts.uuid };
      case "query-status":
        return { status: this.#state, running: this.#state === "running" };
      case "query-migrate":
        return {};
      case "qom-get":
        return `${MACHINE_TYPE}-machine`;
      case "stop":
        this.#state = "paused";
        return {};
      case "cont":
        this.#state = "running";
        return {};
      case "quit":
      case "system_powerdown":
        await this.#parts.powerOff();
        return {};
      case "query-jobs":
        return [...this.#jobs].map(([id, error]) => ({ id, ...(error === undefined ? {} : { error }) }));
      case "job-dismiss":
        this.#jobs.delete(String(args.id));
        return {};
      case "snapshot-save":
      case "snapshot-load":
      case "snapshot-delete":
        this.#jobs.set(String(args["job-id"]), this.#snapshot(command, `${this.#parts.disk} ${String(args.tag)}`));
        return {};
      default:
        throw new Error(`The fake QEMU does not know ${command}`);
    }
  }

  /** The job's error, if it has one. */
  #snapshot(command: string, name: string): string | undefined {
    const { snapshots } = this.#parts;
    if (command === "snapshot-delete") snapshots.delete(name);
    else if (command === "snapshot-load") return snapshots.has(name) ? undefined : "Snapshot does not exist in one or more devices";
    else if (snapshots.has(name)) return "Snapshot already exists in one or more devices";
    else snapshots.add(name);
    return undefined;
  }
}

function wordAfter(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1] ?? "";
}

/** The beginning of an empty qcow2 image, version 3 (QEMU's docs/interop/qcow2.txt): as much as tells its format. */
function qcow2Header(): Buffer {
  const header = Buffer.alloc(IMAGE_BYTES);
  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(BigInt(IMAGE_BYTES), 24);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  return header;
}
