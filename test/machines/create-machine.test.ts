import { access, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseDriver, DriverError, defineDriver, type MachineStatus } from "@docker-machine/driver-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Certificates } from "../../src/certificates/certificates.js";
import type { LoadedDriver } from "../../src/drivers/loaded-driver.js";
import { type CreateRequest, createMachine } from "../../src/machines/create-machine.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { stopMachine } from "../../src/machines/power.js";
import { removeMachine } from "../../src/machines/remove-machine.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";

/** A provider that lives in this test: ids of the instances that exist, and where to fail. */
class Cloud {
  readonly instances = new Set<string>();
  failAt: "preCreateCheck" | "create" | "remove" | undefined;

  async step(name: NonNullable<Cloud["failAt"]>): Promise<void> {
    if (this.failAt === name) throw new DriverError("CLOUD_DOWN", `The cloud failed at ${name}.`);
  }
}

const options = {
  size: { type: "integer", flag: "cloud-size", default: 1, usage: "Size" },
  token: { type: "string", flag: "cloud-token", usage: "Token", secret: true },
} as const;

function cloudDriver(cloud: Cloud): LoadedDriver {
  class CloudDriver extends BaseDriver<typeof options, { InstanceId: string }> {
    override preCreateCheck(): Promise<void> {
      return cloud.step("preCreateCheck");
    }
    async create(): Promise<void> {
      const id = this.machine.state.InstanceId ?? `i-${this.machine.name}`;
      cloud.instances.add(id);
      await this.machine.persist({ InstanceId: id });
      await cloud.step("create");
    }
    async remove(): Promise<void> {
      await cloud.step("remove");
      cloud.instances.delete(this.machine.state.InstanceId ?? "");
    }
    async status(): Promise<MachineStatus> {
      return cloud.instances.has(this.machine.state.InstanceId ?? "") ? "Running" : "NotFound";
    }
  }
  const definition = defineDriver({
    name: "cloud",
    summary: "A cloud",
    options,
    createDriver: (machine, host) => new CloudDriver(machine, host),
  });
  return { definition, name: "cloud", source: "github.com/some/cloud", version: "1.0.0", kind: "installed" };
}

let directory: string;
let store: MachineStore;
let cloud: Cloud;
let driver: LoadedDriver;
let context: MachineContext;
let lines: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "machines-test-"));
  const paths = new StorePaths({ storagePath: directory });
  store = new MachineStore(paths);
  cloud = new Cloud();
  driver = cloudDriver(cloud);
  lines = [];
  const record = (line: string) => void lines.push(line);
  const log = { debug: () => undefined, info: record, warn: record };
  const certificates = new Certificates({ paths: paths.authority, log });
  context = {
    store,
    drivers: { forMachine: async () => driver },
    certificates: async () => certificates,
    hooks: { any: false, run: async () => [] },
    log,
    progress: () => undefined,
    driverCacheDirectory: join(directory, "cache"),
    shared: () => new Map(),
    waitTimeoutMs: 1000,
    signal: new AbortController().signal,
  };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const request = (changes: Partial<CreateRequest> = {}): CreateRequest => ({
  name: "dev",
  driver,
  optionSources: { flags: { "cloud-size": "3", "cloud-token": "s3cret" } },
  engine: {},
  swarm: {},
  subjectAltNames: [],
  ...changes,
});

describe("createMachine", () => {
  it("saves state, options and source, and keeps secrets out of config.json", async () => {
    await createMachine(context, request());
    const text = await readFile(store.paths.configPath("dev"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      DriverName: "cloud",
      Driver: { MachineName: "dev", InstanceId: "i-dev" },
      DockerMachine: { DriverSource: "github.com/some/cloud", DriverOptions: { size: 3 }, Progress: "provisioned" },
    });
    expect(text).not.toContain("s3cret");
    expect(await store.loadSecrets("dev")).toEqual({ token: "s3cret" });
  });

  it("has config.json on disk before the driver makes anything, and keeps what a failed create made", async () => {
    cloud.failAt = "create";
    await expect(createMachine(context, request())).rejects.toMatchObject({
      code: "CLOUD_DOWN",
      suggestions: [expect.stringContaining("docker-machine rm -y dev")],
    });
    expect((await store.load("dev")).Driver.InstanceId).toBe("i-dev");
    await removeMachine(context, "dev");
    expect(cloud.instances.size).toBe(0);
    expect(await store.names()).toEqual([]);
  });

  it("says of an unfinished machine that it exists and how to remove it", async () => {
    cloud.failAt = "create";
    await expect(createMachine(context, request())).rejects.toThrow();
    await expect(createMachine(context, request())).rejects.toMatchObject({
      code: "MACHINE_EXISTS",
      message: expect.stringContaining("did not finish"),
      suggestions: ["docker-machine rm -y dev"],
    });
  });

  it("takes the folder of a create that was killed before it made anything", async () => {
    await mkdir(store.paths.machineDirectory("dev"), { recursive: true });
    await createMachine(context, request());
    expect(cloud.instances).toEqual(new Set(["i-dev"]));
  });

  it("leaves nothing after a failed pre-create check, and exits with 3", async () => {
    cloud.failAt = "preCreateCheck";
    await expect(createMachine(context, request())).rejects.toMatchObject({ code: "CLOUD_DOWN", exitCode: 3 });
    expect(await store.names()).toEqual([]);
    expect(cloud.instances.size).toBe(0);
  });

  it("checks name and options before anything is written", async () => {
    await expect(createMachine(context, request({ name: "../x" }))).rejects.toMatchObject({ code: "MACHINE_NAME_INVALID" });
    await expect(createMachine(context, request({ optionSources: { flags: { "cloud-size": "big" } } }))).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
    await expect(access(store.paths.certDirectory)).rejects.toThrow();
    expect(await store.names()).toEqual([]);
  });
});

describe("removeMachine", () => {
  it("keeps the machine when its host can't be removed, unless forced", async () => {
    await createMachine(context, request());
    cloud.failAt = "remove";
    await expect(removeMachine(context, "dev")).rejects.toMatchObject({ code: "CLOUD_DOWN" });
    expect(await store.names()).toEqual(["dev"]);
    await removeMachine(context, "dev", { force: true });
    expect(await store.names()).toEqual([]);
    expect(lines.at(-1)).toContain('The host of "dev" may still exist');
  });

  it("succeeds when the host is already gone", async () => {
    await createMachine(context, request());
    cloud.instances.clear();
    await removeMachine(context, "dev");
    expect(await store.names()).toEqual([]);
  });
});

it("an operation the driver doesn't have is refused by name", async () => {
  await createMachine(context, request());
  await expect(stopMachine(context, "dev")).rejects.toMatchObject({
    code: "DRIVER_OPERATION_UNSUPPORTED",
    message: 'The driver "cloud" can\'t stop the machine "dev".',
  });
});
