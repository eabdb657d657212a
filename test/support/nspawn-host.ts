import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const builder = fileURLToPath(new URL("../../scripts/build-host-image.mjs", import.meta.url));

/** The example driver's folder. */
export const exampleDriver = fileURLToPath(new URL("../../examples/docker-machine-driver-nspawn", import.meta.url));

/** Why hosts can't be made on this computer, or `undefined`. */
export const hostsImpossible = process.getuid?.() === 0 ? undefined : "containers and network namespaces need root";

/** Which image of {@link hostImage} is wanted. */
export interface HostImageOptions {
  /** Whether Docker is in it. Default: true. */
  readonly docker?: boolean;
}

/** The folder of a Debian root file system, built once and cached. */
export async function hostImage(options: HostImageOptions = {}): Promise<string> {
  const { stdout } = await run(process.execPath, [builder, ...(options.docker === false ? ["--without-docker"] : [])]);
  return stdout.trim();
}

/** The tarball of a container image with busybox, for `docker import`. */
export async function containerImage(): Promise<string> {
  return join(await hostImage(), "..", "busybox.tar");
}

/** The files of the example driver, as its author would commit them. */
export async function exampleFiles(): Promise<Record<string, string>> {
  const { stdout } = await run("git", ["-C", exampleDriver, "ls-files", "--cached", "--others", "--exclude-standard"]);
  const paths = stdout.trim().split("\n");
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(exampleDriver, path), "utf8")] as const)),
  );
}

/** What is left of a machine outside its own folder: interfaces, namespaces, mounts, processes, control groups, firewall rules, files. */
export async function residueOf(machineDirectory: string, stateDirectory: string, subnetPrefix: string): Promise<string[]> {
  const id = createHash("sha256").update(machineDirectory).digest("hex").slice(0, 10);
  const [links, namespaces, rules, mounts, groups] = await Promise.all([
    run("ip", ["link"]),
    run("ip", ["netns", "list"]),
    run("iptables-save", []),
    readFile("/proc/self/mountinfo", "utf8"),
    run("find", ["/sys/fs/cgroup", "-type", "d", "-name", `*${id}*`]),
  ]);
  const lines = [links.stdout, namespaces.stdout, mounts, groups.stdout, (await commandLines()).join("\n")].join("\n").split("\n");
  const files = existsSync(stateDirectory) ? await readdir(stateDirectory, { recursive: true }) : [];
  return [
    ...lines.filter((line) => line.includes(id)),
    ...rules.stdout.split("\n").filter((line) => line.includes(subnetPrefix)),
    ...files,
  ];
}

async function commandLines(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
}

/** A web server that hosts of the example driver reach at their gateway, with one text to give. */
export class TextServer implements AsyncDisposable {
  readonly #server;

  private constructor(text: string) {
    this.#server = createServer((_request, response) => response.end(text));
  }

  static async start(text: string): Promise<TextServer> {
    const server = new TextServer(text);
    await new Promise<void>((resolve) => server.#server.listen(0, "0.0.0.0", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
