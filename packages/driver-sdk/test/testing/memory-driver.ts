import {
  BaseDriver,
  type DriverDefinition,
  type DriverDescription,
  DriverError,
  defineDriver,
  type MachineStatus,
  type RunResult,
  type SshEndpoint,
  waitFor,
} from "@docker-machine/driver-sdk";
import type { ConformanceFixture, RunScript } from "@docker-machine/driver-sdk/testing";

export const memoryOptions = {
  size: { type: "integer", flag: "memory-size", env: "MEMORY_SIZE", usage: "Size in MB", default: 512, minimum: 1 },
  zone: { type: "string", flag: "memory-zone", env: "MEMORY_ZONE", usage: "Zone", default: "a", choices: ["a", "b"] },
  labels: { type: "string-list", flag: "memory-label", env: "MEMORY_LABELS", usage: "Labels" },
  fast: { type: "boolean", flag: "memory-fast", env: "MEMORY_FAST", usage: "Fast" },
  token: { type: "string", flag: "memory-token", env: "MEMORY_TOKEN", usage: "Token", secret: true },
} as const;

export type MemoryOptions = typeof memoryOptions;

export type MemoryState = {
  readonly IPAddress?: string;
  readonly SSHUser?: string;
  readonly SSHKeyPath?: string;
  readonly HostName?: string;
};

/** A correct driver: it drives a program called `memory`. */
export class MemoryDriver extends BaseDriver<MemoryOptions, MemoryState> {
  get hostName(): string {
    return `vm-${this.machine.name}`;
  }

  override async preCreateCheck(): Promise<void> {
    await this.host.run("memory", ["version"]);
  }

  override async create(): Promise<void> {
    // The name is known before the host exists, so that a crash in between leaves a trace.
    await this.machine.persist({ HostName: this.hostName, SSHUser: "root" });
    const { privateKeyPath } = await this.host.createSshKey();
    await this.machine.persist({ SSHKeyPath: privateKeyPath });
    if ((await this.seen()) === undefined) await this.memory(["create", this.hostName, String(this.machine.options.size)]);
    await this.start();
    const address = await waitFor(this.host, async () => this.askAddress(), {
      description: "an address",
      timeoutMs: 1000,
    });
    await this.machine.persist({ IPAddress: address });
  }

  override async remove(): Promise<void> {
    const { HostName } = this.machine.state;
    if (HostName === undefined || (await this.seen()) === undefined) return;
    await this.memory(["delete", HostName]);
  }

  override async status(): Promise<MachineStatus> {
    return (await this.seen()) ?? "NotFound";
  }

  override async start(): Promise<void> {
    if ((await this.seen()) !== "Running") await this.memory(["start", this.hostName]);
  }

  override async stop(): Promise<void> {
    if ((await this.seen()) !== "Stopped") await this.memory(["stop", this.hostName]);
  }

  override async kill(): Promise<void> {
    return this.stop();
  }

  override async pause(): Promise<void> {
    await this.memory(["pause", this.hostName]);
  }

  override async save(): Promise<void> {
    await this.memory(["save", this.hostName]);
  }

  override async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  override async sshEndpoint(): Promise<SshEndpoint> {
    return this.sshEndpointFromState();
  }

  async askAddress(): Promise<string | undefined> {
    const { stdout } = await this.memory(["address", this.hostName]);
    return stdout === "" ? undefined : stdout;
  }

  async seen(): Promise<MachineStatus | undefined> {
    const { HostName } = this.machine.state;
    if (HostName === undefined) return undefined;
    const { exitCode, stdout } = await this.memory(["status", HostName], [0, 4]);
    return exitCode === 0 ? (stdout as MachineStatus) : undefined;
  }

  async memory(args: readonly string[], acceptedExitCodes: readonly number[] = [0]): Promise<RunResult> {
    const { token = "" } = this.machine.options;
    return this.host.run("memory", args, { acceptedExitCodes, env: { MEMORY_TOKEN: token } });
  }
}

export type MemoryDriverClass = new (...given: ConstructorParameters<typeof MemoryDriver>) => BaseDriver<MemoryOptions, MemoryState>;

/** A definition over some variant of the driver. */
export function memoryDefinition(
  Driver: MemoryDriverClass = MemoryDriver,
  changes: Partial<DriverDescription<MemoryOptions, MemoryState>> = {},
): DriverDefinition<MemoryOptions, MemoryState> {
  return defineDriver<MemoryOptions, MemoryState>({
    name: "memory",
    summary: "Hosts in memory",
    options: memoryOptions,
    createDriver: (machine, host) => new Driver(machine, host),
    ...changes,
  });
}

/** The outside: the program `memory` and its hosts. */
class MemoryWorld {
  readonly flags = {
    "memory-size": "1024",
    "memory-zone": "b",
    "memory-label": ["x", "y"],
    "memory-fast": true,
    "memory-token": "s3cr3t-t0ken",
  };
  readonly #hosts = new Map<string, { status: MachineStatus; timesAsked: number }>();

  async residue(): Promise<readonly string[]> {
    return [...this.#hosts.keys()];
  }

  readonly run: RunScript = (file, [verb = "", name = ""]) => {
    if (file !== "memory") throw new DriverError("COMMAND_NOT_FOUND", `The program ${file} was not found.`);
    if (verb === "version") return { stdout: "1.0" };
    if (verb === "create") return this.#create(name);
    return this.#change(verb, name);
  };

  #create(name: string): Partial<RunResult> {
    if (this.#hosts.has(name)) return { exitCode: 5, stderr: "it exists" };
    this.#hosts.set(name, { status: "Stopped", timesAsked: 0 });
    return {};
  }

  #change(verb: string, name: string): Partial<RunResult> {
    const host = this.#hosts.get(name);
    if (host === undefined) return { exitCode: 4, stderr: "no such host" };
    if (verb === "delete") this.#hosts.delete(name);
    if (verb === "start") host.status = "Running";
    if (verb === "stop") host.status = "Stopped";
    if (verb === "pause") host.status = "Paused";
    if (verb === "save") host.status = "Saved";
    if (verb === "address") return { stdout: host.timesAsked++ < 2 ? "" : "10.0.0.5" };
    return { stdout: host.status };
  }
}

/** How the suite is run over {@link MemoryDriver}. */
export const memoryFixture: ConformanceFixture = {
  capabilities: ["preCreateCheck", "sshEndpoint", "start", "stop", "kill", "pause", "save", "restart"],
  createWorld: () => new MemoryWorld(),
};
