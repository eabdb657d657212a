import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatConfig } from "../src/store/config-file.js";
import { newMachineConfig } from "../src/store/default-config.js";
import { MachineStore } from "../src/store/machine-store.js";
import { StorePaths } from "../src/store/store-paths.js";
import { storeCertificates } from "../test/support/store-certificates.js";

/** Stores with machines, as `create` makes them, and what they lead to. They are of the driver `none` unless it says otherwise. */
export interface BenchMachines extends AsyncDisposable {
  /** One machine, `dev`, whose Docker answers. */
  readonly one: string;
  /** One machine, `cloud`, of the driver `amazonec2`, whose Docker answers. */
  readonly cloud: string;
  /** Docker's URL of `dev`. */
  readonly url: string;
  /** Stores by the number of their machines, whose endpoints refuse. */
  readonly refusing: Readonly<Record<0 | 100 | 500, string>>;
  /** Five hundred machines; every 25th leads to who takes connections and never answers, the others refuse. */
  readonly silent: string;
}

/** Where the machine of a cloud would be: its Docker has no other port than the usual. */
const CLOUD_ADDRESS = "127.77.77.1";
const NOBODY = "tcp://127.0.0.1:1";
const CLIENT_FILES = ["ca.pem", "cert.pem", "key.pem"];

/** Makes everything under `scratch`, and starts the server. */
export async function makeMachines(scratch: string): Promise<BenchMachines> {
  const one = join(scratch, "one");
  const certificates = storeCertificates(one);
  await certificates.ensureAuthority();
  const serverDirectory = join(scratch, "server");
  await mkdir(serverDirectory);
  const files = await certificates.ensureServerCertificate({
    machineName: "dev",
    machineDirectory: serverDirectory,
    hosts: ["127.0.0.1", CLOUD_ADDRESS],
  });
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, "engine-server.ts"), files.caPath, files.certificatePath, files.keyPath, CLOUD_ADDRESS],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = await once(server.stdout, "data");
  const [engine, silence] = JSON.parse(String(line)) as [number, number];
  const url = `tcp://127.0.0.1:${engine}`;
  const certificatesDirectory = join(one, "certs");
  const store = async (name: string, urls: readonly string[]) => {
    await writeStore(join(scratch, name), urls, certificatesDirectory);
    return join(scratch, name);
  };
  const paths = new StorePaths({ storagePath: one });
  await writeMachine(paths, { name: "dev", ...known(url), certificatesDirectory });
  const cloud = join(scratch, "cloud");
  await writeMachine(new StorePaths({ storagePath: cloud }), { name: "cloud", ...launched(), certificatesDirectory });
  return {
    one,
    cloud,
    url,
    refusing: {
      0: await store("none", []),
      100: await store("hundred", Array(100).fill(NOBODY)),
      500: await store("refusing", Array(500).fill(NOBODY)),
    },
    silent: await store(
      "silent",
      Array.from({ length: 500 }, (_, index) => (index % 25 === 0 ? `tcp://127.0.0.1:${silence}` : NOBODY)),
    ),
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await once(server, "exit");
    },
  };
}

async function writeStore(storagePath: string, urls: readonly string[], certificatesDirectory: string): Promise<void> {
  const paths = new StorePaths({ storagePath });
  await mkdir(paths.machinesDirectory, { recursive: true });
  await mkdir(paths.certDirectory);
  for (const name of CLIENT_FILES) await copyFile(join(certificatesDirectory, name), join(paths.certDirectory, name));
  const width = String(urls.length).length;
  for (const [index, url] of urls.entries()) {
    await writeMachine(paths, { name: `m${String(index).padStart(width, "0")}`, ...known(url), certificatesDirectory });
  }
}

interface BenchMachine {
  readonly name: string;
  readonly driverName: string;
  readonly options: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string | number>>;
  readonly certificatesDirectory: string;
}

/** What a machine of the driver `amazonec2` has saved. */
function launched() {
  const state = {
    MachineId: randomUUID(),
    Region: "eu-west-1",
    InstanceId: "i-0123456789abcdef0",
    IPAddress: CLOUD_ADDRESS,
    SSHUser: "ubuntu",
    SSHPort: 22,
  };
  return { driverName: "amazonec2", options: {}, state };
}

/** What a machine of the driver `none` has saved. */
function known(url: string) {
  return { driverName: "none", options: { url }, state: { IPAddress: url.slice("tcp://".length), URL: url } };
}

async function writeMachine(paths: StorePaths, { name, driverName, options, state, certificatesDirectory }: BenchMachine): Promise<void> {
  const config = newMachineConfig(paths, {
    name,
    driverName,
    engine: {},
    swarm: {},
    subjectAltNames: [],
    own: { DriverSource: driverName, DriverOptions: options, Progress: "provisioned" },
  });
  const directory = paths.machineDirectory(name);
  await mkdir(directory, { recursive: true });
  for (const file of CLIENT_FILES) await copyFile(join(certificatesDirectory, file), join(directory, file));
  await writeFile(paths.configPath(name), formatConfig({ ...config, Driver: { ...config.Driver, ...state } }));
  if (!(await new MachineStore(paths).has(name))) throw new Error(`The machine ${name} was not written.`);
}
