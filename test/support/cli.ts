import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../bin/docker-machine", import.meta.url));

/** What a run of the program left. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How {@link Cli.run} runs the program. */
export interface CliRunOptions {
  readonly input?: string;
  /** Variables to set, or to remove: `undefined`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** The built program with a home, a store and a driver folder of its own. */
export class Cli implements AsyncDisposable {
  readonly directory: string;
  readonly storagePath: string;
  readonly env: Record<string, string>;

  private constructor(directory: string) {
    this.directory = directory;
    this.storagePath = join(directory, "store");
    this.env = {
      PATH: process.env.PATH ?? "",
      HOME: join(directory, "home"),
      SHELL: "/bin/bash",
      XDG_DATA_HOME: join(directory, "data"),
      XDG_CONFIG_HOME: join(directory, "config"),
      XDG_CACHE_HOME: join(directory, "cache"),
      MACHINE_STORAGE_PATH: this.storagePath,
      // Compiled code of the program is the same for all tests.
      NODE_COMPILE_CACHE: join(tmpdir(), "docker-machine-test-compiled"),
    };
  }

  static async create(): Promise<Cli> {
    return new Cli(await mkdtemp(join(tmpdir(), "docker-machine-cli-")));
  }

  /** The program's file, for those who start it in their own way, with {@link env}. */
  get program(): string {
    return launcher;
  }

  /** Where the program installs drivers. */
  get driversDirectory(): string {
    return join(this.directory, "data", "docker-machine", "drivers");
  }

  /** Takes all programs off PATH but those that starting this one takes. So there is no VirtualBox, and no QEMU. */
  async hideHypervisors(): Promise<void> {
    const folder = join(this.directory, "bin");
    await mkdir(folder);
    for (const name of ["dirname", "readlink"]) await symlink(`/usr/bin/${name}`, join(folder, name));
    this.env.PATH = folder;
  }

  machinePath(name: string, ...parts: string[]): string {
    return join(this.storagePath, "machines", name, ...parts);
  }

  /** Starts the program and leaves its end to the caller. */
  start(args: readonly string[], options: CliRunOptions = {}) {
    const child = spawn(launcher, args, {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.directory,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    return child;
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], options: CliRunOptions = {}): Promise<CliResult> {
    const child = this.start(args, options);
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { exitCode: code ?? (signal === "SIGKILL" ? 137 : 128), ...output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
