import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Cgroup } from "../../../examples/docker-machine-driver-nspawn/src/cgroup.js";
import { Container } from "../../../examples/docker-machine-driver-nspawn/src/container.js";
import { connect, disconnect } from "../../../examples/docker-machine-driver-nspawn/src/network.js";
import { machineId, type Places, placesOf } from "../../../examples/docker-machine-driver-nspawn/src/places.js";
import { mountRoot, unmountRoot } from "../../../examples/docker-machine-driver-nspawn/src/root-file-system.js";
import { LocalHost } from "../../../examples/docker-machine-driver-nspawn/test/support/local-host.js";
import { residueOf } from "../nspawn-host.js";
import type { HostAddresses, HostedInstance, HostRunner } from "./ec2/host-runner.ts";
import { QuietNetwork } from "./quiet-network.ts";

const run = promisify(execFile);
const builder = fileURLToPath(new URL("../../../scripts/build-ami.mjs", import.meta.url));
const CGROUPS = "/sys/fs/cgroup";
const FOLDER = "docker-machine-ec2-hosts-";
const RULE_FILE = "routing-rule.json";
const SHUTDOWN_MS = 30_000;

/** Who logs in to an image, by what its name begins with. Sources: the documentation of Ubuntu, Debian and Amazon Linux on EC2. */
const USERS: Readonly<Record<string, string>> = { ubuntu: "ubuntu", debian: "admin", al2023: "ec2-user" };

/** The image that instances boot, built once and cached. */
export async function amiFolder(): Promise<string> {
  return (await run(process.execPath, [builder])).stdout.trim();
}

/**
 * Runs EC2's instances in containers of systemd-nspawn, networked as the example driver does it. cloud-init makes the user, lets the key in and obeys the user data,
 * as in the images of EC2's catalogue. What exists of a host is found by its folder alone, so that also what a cut run left is removed by the next.
 */
export class NspawnHosts implements HostRunner, AsyncDisposable {
  readonly #image: string;
  readonly #directory: string;
  readonly #network: QuietNetwork;
  readonly #host: LocalHost;
  readonly #privateAddresses = new Map<string, string>();

  private constructor(image: string, directory: string, network: QuietNetwork) {
    this.#image = image;
    this.#directory = directory;
    this.#network = network;
    this.#host = new LocalHost(directory);
  }

  /** Gets ready to run hosts, after removing those of runs that were cut. */
  static async create(): Promise<NspawnHosts> {
    await removeLeftOvers();
    const image = await amiFolder();
    const directory = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
    const network = await QuietNetwork.find();
    await writeFile(join(directory, RULE_FILE), JSON.stringify(network.rule));
    await run("ip", ["rule", "add", ...network.rule]);
    return new NspawnHosts(image, directory, network);
  }

  /** The host answers some seconds later. Its public address is another one at each start. */
  async start(instance: HostedInstance): Promise<HostAddresses> {
    const places = this.#places(instance);
    const isNew = !existsSync(places.folder);
    const address = this.#network.nextAddress();
    const privateAddress = this.#privateAddresses.get(instance.instanceId) ?? this.#network.nextPrivateAddress();
    this.#privateAddresses.set(instance.instanceId, privateAddress);
    await mkdir(places.folder, { recursive: true });
    await writeFile(addressFile(places), address);
    await mountRoot(this.#host, places, this.#image, { hostname: hostnameOf(privateAddress), publicKey: "" });
    if (isNew) await writeCloudInitSeed(places.root, instance, hostnameOf(privateAddress));
    await connect(this.#host, places, address, this.#network.subnet);
    await this.#host.run("ip", ["route", "add", `${privateAddress}/32`, "dev", places.networkInterface]);
    await this.#host.run("ip", ["-netns", places.namespace, "address", "add", `${privateAddress}/32`, "dev", "eth0"]);
    await containerOf(this.#host, places).boot();
    return { address, privateAddress };
  }

  /** Ends what takes long to shut down. */
  async stop(instance: HostedInstance): Promise<void> {
    await shutDown(containerOf(this.#host, this.#places(instance)));
    await takeDown(this.#host, this.#places(instance));
  }

  async reboot(instance: HostedInstance): Promise<void> {
    const container = containerOf(this.#host, this.#places(instance));
    await shutDown(container);
    await container.end();
    await container.boot();
  }

  async terminate(instance: HostedInstance): Promise<void> {
    const places = this.#places(instance);
    await takeDown(this.#host, places);
    await rm(places.folder, { recursive: true, force: true });
  }

  /** What there is of all hosts that ever were: interfaces, namespaces, mounts, processes, control groups, firewall rules, files. */
  async residue(): Promise<readonly string[]> {
    const ids = [...this.#privateAddresses.keys()];
    const lists = await Promise.all(
      ids.map((id) => residueOf(join(this.#directory, id), join(this.#directory, "machines"), this.#network.prefix)),
    );
    return [...new Set(lists.flat())];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeHosts(this.#host, this.#directory);
  }

  #places({ instanceId }: HostedInstance): Places {
    return placesOf(machineId(join(this.#directory, instanceId)), this.#directory);
  }
}

/** EC2 names a host by its private address: `ip-10-0-0-1`. */
function hostnameOf(privateAddress: string): string {
  return `ip-${privateAddress.replaceAll(".", "-")}`;
}

function containerOf(host: LocalHost, places: Places): Container {
  return new Container(host, places, new Cgroup(CGROUPS, places.cgroup), join(places.folder, "console.log"));
}

function addressFile(places: Places): string {
  return join(places.folder, "address");
}

/** What EC2's metadata service would tell cloud-init, as files. JSON is YAML, too. */
async function writeCloudInitSeed(root: string, instance: HostedInstance, hostname: string): Promise<void> {
  const { instanceId, imageName, publicKey, userData = Buffer.alloc(0) } = instance;
  const seed = join(root, "var/lib/cloud/seed/nocloud");
  const keys = publicKey === undefined ? [] : [publicKey];
  await mkdir(seed, { recursive: true });
  await writeFile(join(seed, "meta-data"), JSON.stringify({ "instance-id": instanceId, "local-hostname": hostname, "public-keys": keys }));
  await writeFile(join(seed, "user-data"), userData);
  const name = USERS[/^\w+/.exec(imageName)?.[0] ?? ""] ?? "ec2-user";
  const login = { name, gecos: name, groups: ["adm", "sudo"], sudo: ["ALL=(ALL) NOPASSWD:ALL"], shell: "/bin/bash", lock_passwd: true };
  await writeFile(
    join(root, "etc/cloud/cloud.cfg.d/60_user.cfg"),
    JSON.stringify({ system_info: { distro: "debian", default_user: login } }),
  );
}

async function shutDown(container: Container): Promise<void> {
  await container.powerOff();
  await container.waitUntilStopped(SHUTDOWN_MS).catch(() => undefined);
}

/** Takes away what only a running host needs. */
async function takeDown(host: LocalHost, places: Places): Promise<void> {
  const address = await readFile(addressFile(places), "utf8").catch(() => undefined);
  if (address === undefined) return;
  await containerOf(host, places).end();
  await disconnect(host, places, address);
  await unmountRoot(host, places);
}

async function removeHosts(host: LocalHost, directory: string): Promise<void> {
  const ids = await readdir(join(directory, "machines")).catch(() => []);
  for (const id of ids) await takeDown(host, placesOf(id, directory));
  const rule = await readFile(join(directory, RULE_FILE), "utf8").catch(() => undefined);
  // It isn't there if the run was cut before it was made.
  if (rule !== undefined) await run("ip", ["rule", "delete", ...JSON.parse(rule)]).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}

/** The folder's name tells whose hosts are in it. */
async function removeLeftOvers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER));
  for (const name of names) {
    const [pid] = name.slice(FOLDER.length).split("-");
    const directory = join(tmpdir(), name);
    if (!existsSync(`/proc/${pid}`)) await removeHosts(new LocalHost(directory), directory);
  }
}
