import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Drivers } from "../../src/drivers/drivers.js";
import type { DriversOptions } from "../../src/drivers/drivers-options.js";
import { GitHost } from "./git-host.js";
import { GitHubServer } from "./github-server.js";
import { PackageRegistry } from "./package-registry.js";
import { RecordingLog } from "./recording-log.js";
import { scratchDirectory } from "./scratch-directory.js";

/** A registry, a git host and an API that stand for github.com, and an empty drivers' folder, all of which end with the test. */
export class DriverWorld {
  readonly log = new RecordingLog();
  readonly root: string;
  readonly registry: PackageRegistry;
  readonly git: GitHost;
  /** github.com's API, which knows no repository until the test makes one. */
  readonly github: GitHubServer;

  private constructor(root: string, registry: PackageRegistry, git: GitHost, github: GitHubServer) {
    this.root = root;
    this.registry = registry;
    this.git = git;
    this.github = github;
  }

  static async start(): Promise<DriverWorld> {
    const root = await scratchDirectory();
    const registry = await PackageRegistry.start();
    onTestFinished(() => registry.stop());
    const git = await GitHost.start(join(root, "repositories"));
    onTestFinished(() => git.stop());
    const github = await GitHubServer.start();
    onTestFinished(() => github.stop());
    return new DriverWorld(root, registry, git, github);
  }

  get directory(): string {
    return join(this.root, "drivers");
  }

  /** An environment without the tester's own tokens, npm and git settings. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.root,
      GIT_CONFIG_NOSYSTEM: "1",
      npm_config_registry: this.registry.url,
      npm_config_cache: join(this.root, "npm-cache"),
      npm_config_globalconfig: join(this.root, "no-npmrc"),
    };
  }

  /** A new view on the same folder, as another process has it. */
  drivers(options: Partial<DriversOptions> = {}): Drivers {
    return new Drivers({
      directory: this.directory,
      cwd: this.root,
      env: this.env,
      log: this.log,
      programVersion: "1.0.0",
      settings: async () => ({
        gitMirrors: new Map([["github.com", this.git.url]]),
        gitApiMirrors: new Map([["github.com", this.github.url]]),
        gitHosts: new Map(),
      }),
      signal: new AbortController().signal,
      ...options,
    });
  }

  /** What is in the drivers' folder, two levels deep, without what is always there. */
  async folders(): Promise<string[]> {
    const entries = await readdir(this.directory, { withFileTypes: true });
    const drivers = entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
    const versions = drivers.map(async ({ name }) => (await readdir(join(this.directory, name))).map((version) => `${name}/${version}`));
    return (await Promise.all(versions)).flat().sort();
  }
}
