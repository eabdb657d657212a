import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type GitHostContext, gitHostApi } from "../../src/drivers/git-hosts/open-git-host.js";
import type { Settings } from "../../src/settings.js";
import { GitHubServer } from "./github-server.js";
import { RecordingLog } from "./recording-log.js";
import { type Answer, type RecordedRequest, RecordingServer } from "./recording-server.js";
import { scratchDirectory } from "./scratch-directory.js";

/** An empty home, cache and drivers' folder, and an environment without the tester's own logins, from which git hosts are asked. */
export class GitHostWorld {
  readonly log = new RecordingLog();
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async start(): Promise<GitHostWorld> {
    return new GitHostWorld(await scratchDirectory());
  }

  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.root,
      GIT_CONFIG_NOSYSTEM: "1",
      npm_config_globalconfig: join(this.root, "no-npmrc"),
    };
  }

  get cacheDirectory(): string {
    return join(this.root, "cache");
  }

  context(options: Partial<GitHostContext> = {}): GitHostContext {
    return {
      settings: settings({}),
      env: this.env,
      cacheDirectory: this.cacheDirectory,
      directory: join(this.root, "drivers"),
      log: this.log,
      signal: new AbortController().signal,
      ...options,
    };
  }

  /** A new view, as another process has it, on a host whose API is at `mirror`. */
  async open(host: string, mirror: string, options: Partial<GitHostContext> = {}) {
    const api = await gitHostApi(host, this.context({ settings: settings({ gitApiMirrors: new Map([[host, mirror]]) }), ...options }));
    if (api === undefined) throw new Error(`${host} has no API`);
    return api;
  }

  /** The variables that hold a token for a mirror, which gets none of those for the host. */
  tokenFor(mirror: string, token: string): NodeJS.ProcessEnv {
    return { ...this.env, GH_HOST: new URL(mirror).host, GH_ENTERPRISE_TOKEN: token };
  }
}

/** Settings with those given, and none besides. */
export function settings(given: Partial<Settings>): Settings {
  return { gitMirrors: new Map(), gitApiMirrors: new Map(), gitHosts: new Map(), ...given };
}

/** A stand-in for GitHub that ends with the test. */
export async function startGitHub(): Promise<GitHubServer> {
  const server = await GitHubServer.start();
  onTestFinished(() => server.stop());
  return server;
}

/** A server that ends with the test. */
export async function startServer(answer: (request: RecordedRequest) => Answer): Promise<RecordingServer> {
  const server = await RecordingServer.start();
  server.answer = answer;
  onTestFinished(() => server.stop());
  return server;
}
