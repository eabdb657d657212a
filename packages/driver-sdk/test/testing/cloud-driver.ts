import {
  BaseDriver,
  type DriverDefinition,
  type DriverDescription,
  DriverError,
  defineDriver,
  type MachineStatus,
  throwIfAborted,
} from "@docker-machine/driver-sdk";
import type { ConformanceFixture, StepRunner } from "@docker-machine/driver-sdk/testing";

/** A provider's API, which the driver calls without its host. It throws what a vendor's library would. */
export class Cloud {
  /** Each server's name, and the UUID of the store that it is marked with. */
  readonly servers = new Map<string, string>();
  readonly #outside: StepRunner;

  constructor(outside: StepRunner) {
    this.#outside = outside;
  }

  async request(method: "POST" | "GET" | "DELETE", server: string, store = ""): Promise<boolean> {
    return this.#outside.step(`${method} /servers/${server}`, () => {
      if (method === "POST") this.servers.set(server, store);
      if (method === "DELETE") this.servers.delete(server);
      return this.servers.has(server);
    });
  }
}

export type CloudState = { readonly ServerName?: string; readonly IPAddress?: string };

/** A correct driver of {@link Cloud}. */
export class CloudDriver extends BaseDriver<Record<never, never>, CloudState> {
  override async create(): Promise<void> {
    await this.machine.persist({ ServerName: this.machine.name, IPAddress: "192.0.2.1" });
    if ((await this.status()) === "NotFound") await this.request("POST");
  }

  override async remove(): Promise<void> {
    if ((await this.status()) !== "NotFound") await this.request("DELETE");
  }

  override async status(): Promise<MachineStatus> {
    if (this.machine.state.ServerName === undefined) return "NotFound";
    return (await this.request("GET")) ? "Running" : "NotFound";
  }

  async request(method: "POST" | "GET" | "DELETE"): Promise<boolean> {
    throwIfAborted(this.host.signal);
    try {
      return await currentCloud().request(method, this.machine.state.ServerName ?? "", await this.host.storeId());
    } catch (cause) {
      throw new DriverError("CLOUD_UNREACHABLE", `The cloud did not answer ${method}.`, { cause });
    }
  }
}

const clouds: Cloud[] = [];

/** The cloud of the test that runs now, as an environment variable would name it. */
export function currentCloud(): Cloud {
  const cloud = clouds.at(-1);
  if (cloud === undefined) throw new Error("No test has made a cloud.");
  return cloud;
}

/** Correct, too. */
export const findOrphans: NonNullable<DriverDescription<Record<never, never>, CloudState>["findOrphans"]> = async (
  { machines, anyStore },
  host,
) => {
  const cloud = currentCloud();
  const own = await host.storeId();
  const marked = [...cloud.servers].filter(([, store]) => anyStore || store === own);
  const known = new Set((await machines()).map(({ state }) => state.ServerName));
  return marked
    .filter(([name]) => !known.has(name))
    .map(([name]) => ({ id: name, kind: "server", remove: async () => void (await cloud.request("DELETE", name)) }));
};

export function cloudDefinition(
  Driver: typeof CloudDriver = CloudDriver,
  changes: Partial<DriverDescription<Record<never, never>, CloudState>> = {},
): DriverDefinition<Record<never, never>, CloudState> {
  return defineDriver<Record<never, never>, CloudState>({
    name: "cloud",
    summary: "A cloud in memory",
    options: {},
    findOrphans,
    createDriver: (machine, host) => new Driver(machine, host),
    ...changes,
  });
}

export const cloudFixture: ConformanceFixture = {
  capabilities: [],
  createWorld: (outside) => {
    const cloud = new Cloud(outside);
    clouds.push(cloud);
    return {
      flags: {},
      residue: async () => [...cloud.servers.keys()],
      dispose: async () => {
        clouds.pop();
      },
    };
  },
};
