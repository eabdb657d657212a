import { randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import type { Cli, CliResult } from "./cli.js";

/** What GitLab Runner does with the program, in its order and with its spellings. */
export class GitlabRunner {
  readonly #cli: Cli;
  #machines = 0;

  constructor(cli: Cli) {
    this.#cli = cli;
  }

  /** A name as the runner makes them: token, template, time, random. */
  newName(): string {
    const now = Math.floor(Date.now() / 1000);
    return `runner-9wkfzh8k-ci-${this.#machines++}-${now}-${randomBytes(4).toString("hex")}`;
  }

  /** Every call has the flag of the crash reports in front. */
  run(...args: readonly string[]): Promise<CliResult> {
    return this.#call(args);
  }

  /** @param options in the form `key=value`, without dashes */
  create(driver: string, name: string, options: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return this.#call(["create", "--driver", driver, ...options.map((option) => `--${option}`), name], env);
  }

  /** The file is there, and `inspect` says so too. */
  async exists(name: string): Promise<boolean> {
    const isFile = await stat(this.#cli.machinePath(name, "config.json")).then(
      (entry) => entry.isFile(),
      () => false,
    );
    return isFile && (await this.run("inspect", name)).exitCode === 0;
  }

  async canConnect(name: string): Promise<boolean> {
    return (await this.run("config", name)).exitCode === 0;
  }

  /** All machines: the folders that aren't hidden. */
  async list(): Promise<string[]> {
    const entries = await readdir(join(this.#cli.storagePath, "machines"), { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name);
  }

  /** What it reads of a machine's config.json. */
  async savedMachine(name: string): Promise<unknown> {
    return JSON.parse(await readFile(this.#cli.machinePath(name, "config.json"), "utf8"));
  }

  async certificates(name: string) {
    const folder = (await this.run("inspect", name, "-f", "{{.HostOptions.AuthOptions.StorePath}}")).stdout.trim();
    const [ca, cert, key] = await Promise.all(["ca.pem", "cert.pem", "key.pem"].map((file) => readFile(join(folder, file))));
    if (ca === undefined || cert === undefined || key === undefined) throw new Error("Three files were read.");
    return { ca, cert, key };
  }

  /** Connects to Docker as the runner's client does, with TLS verified both ways. */
  async engineInfo(name: string): Promise<unknown> {
    const { hostname, port } = new URL((await this.run("url", name)).stdout.trim());
    const options = { ...(await this.certificates(name)), hostname, port, path: "/info", agent: false };
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text));
      });
      sent.on("error", reject).end();
    });
    return JSON.parse(body);
  }

  #call(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return this.#cli.run(["--bugsnag-api-token=no-report", ...args], { env });
  }
}
