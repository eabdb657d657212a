import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ChildServer } from "./child-server.js";
import { freePort } from "./free-port.js";

const program = fileURLToPath(new URL("../../node_modules/.bin/verdaccio", import.meta.url));
const run = promisify(execFile);

/** A real npm registry on the loopback address, empty at first. What is not ours it takes from the registry that npm on this computer is set to. */
export class VerdaccioRegistry implements AsyncDisposable {
  readonly url: string;
  /** The environment with which npm, lerna and docker-machine may publish to this registry when it is named. */
  readonly accountEnv: Readonly<Record<string, string>>;
  /** The environment with which they use it, and may publish. */
  readonly env: Readonly<Record<string, string>>;
  readonly #directory: string;
  readonly #server: ChildServer;

  private constructor(url: string, directory: string, server: ChildServer) {
    this.url = url;
    this.accountEnv = { npm_config_globalconfig: join(directory, "npmrc") };
    this.env = { ...this.accountEnv, npm_config_registry: url };
    this.#directory = directory;
    this.#server = server;
  }

  static async start(): Promise<VerdaccioRegistry> {
    const directory = await mkdtemp(join(tmpdir(), "docker-machine-registry-"));
    const config = join(directory, "config.json");
    const upstream = await upstreamRegistry();
    await writeFile(config, JSON.stringify(configuration(directory, upstream)));
    const address = `127.0.0.1:${await freePort()}`;
    const server = new ChildServer(program, ["--config", config, "--listen", address]);
    const url = `http://${address}/`;
    await server.whenReady(async () => (await fetch(`${url}-/ping`)).ok);
    // As npm's global settings, so that the user's own ones still count.
    await writeFile(join(directory, "npmrc"), `registry=${upstream}\n${url.replace("http:", "")}:_authToken=${await addUser(url)}\n`);
    return new VerdaccioRegistry(url, directory, server);
  }

  /** Publishes the package in a folder. */
  async publish(folder: string): Promise<void> {
    await run("npm", ["publish", "--ignore-scripts"], { cwd: folder, env: { ...process.env, ...this.env } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function upstreamRegistry(): Promise<string> {
  return (await run("npm", ["config", "get", "registry"])).stdout.trim();
}

function configuration(directory: string, upstream: string) {
  const ours = { access: "$all", publish: "$authenticated" };
  return {
    storage: join(directory, "storage"),
    auth: { htpasswd: { file: join(directory, "htpasswd") } },
    uplinks: { upstream: { url: upstream, timeout: "60s", max_fails: 10, fail_timeout: "1s" } },
    packages: {
      "@docker-machine/*": ours,
      "docker-machine-driver-*": ours,
      "docker-machine-plugin-*": ours,
      "**": { access: "$all", proxy: "upstream" },
    },
    web: { enable: false },
    log: { type: "stdout", format: "pretty", level: "warn" },
  };
}

/** Makes an account that ends with the registry, and returns its token. */
async function addUser(url: string): Promise<string> {
  const name = "tester";
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: randomBytes(16).toString("hex") }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`The registry made no account: ${response.status}`);
  return token;
}
