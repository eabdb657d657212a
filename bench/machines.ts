import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatConfig } from "../src/store/config-file.js";
import { newMachineConfig } from "../src/store/default-config.js";
import { MachineStore } from "../src/store/machine-store.js";
import { StorePaths } from "../src/store/store-paths.js";
import { storeCertificates } from "../test/support/store-certificates.js";

/** Stores with machines of the driver `none`, as `create` makes them, and what they lead to. */
export interface BenchMachines extends AsyncDisposable {
  /** One machine, `dev`, whose Docker answers. */
  readonly one: string;
  /** Docker's URL of `dev`. */
  readonly url: string;
  /** Stores by the number of their machines, whose endpoints refuse. */
  readonly refusing: Readonly<Record<0 | 100 | 500, string>>;
  /** Five hundred machines; every 25th leads to who takes connections and never answers, the others refuse. */
  readonly silent: string;
}

const NOBODY = "tcp://127.0.0.1:1";
const CLIENT_FILES = ["ca.pem", "cert.pem", "key.pem"];

/** Makes everything under `scratch`, and starts the server. */
export async function makeMachines(scratch: string): Promise<BenchMachines> {
  const one = join(scratch, "one");
  const certificates = storeCertificates(one);
  await certificates.ensureAuthority();
  const serverDirectory = join(scratch, "server");
  await mkdir(serverDirectory);
  const files = await certificates.ensureServerCertificate({ machineName: "dev", machineDirectory: serverDirectory, hosts: ["127.0.0.1"] });
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, "engine-server.ts"), files.caPath, files.certificatePath, files.keyPath],
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
  await writeMachine(new StorePaths({ storagePath: one }), { name: "dev", url, certificatesDirectory });
  return {
    one,
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
    await writeMachine(paths, { name: `m${String(index).padStart(width, "0")}`, url, certificatesDirectory });
  }
}

interface BenchMachine {
  readonly name: string;
  readonly url: string;
  readonly certificatesDirectory: string;
}

async function writeMachine(paths: StorePaths, { name, url, certificatesDirectory }: BenchMachine): Promise<void> {
  const config = newMachineConfig(paths, {
    name,
    driverName: "none",
    engine: {},
    swarm: {},
    subjectAltNames: [],
    own: { DriverSource: "none", DriverOptions: { url }, Progress: "provisioned" },
  });
  const directory = paths.machineDirectory(name);
  await mkdir(directory, { recursive: true });
  for (const file of CLIENT_FILES) await copyFile(join(certificatesDirectory, file), join(directory, file));
  await writeFile(
    paths.configPath(name),
    formatConfig({ ...config, Driver: { ...config.Driver, IPAddress: url.slice("tcp://".length), URL: url } }),
  );
  if (!(await new MachineStore(paths).has(name))) throw new Error(`The machine ${name} was not written.`);
}
