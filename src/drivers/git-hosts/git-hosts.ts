import type { GitHostApi } from "./git-host-api.js";
import type { GitHostContext } from "./open-git-host.js";

/** The APIs of git hosts, each opened once: who updates twenty drivers finds the logins and settings for a host once. */
export class GitHosts {
  readonly #opened = new Map<string, Promise<GitHostApi | undefined>>();

  /**
   * The API of a host; undefined if none is known. All calls have the same context, but for whether it is offline.
   *
   * @param host the host's name, with its port if it isn't that of https
   */
  api(host: string, context: GitHostContext): Promise<GitHostApi | undefined> {
    const key = `${context.settings.offline === true ? "offline" : "online"} ${host}`;
    const opened = this.#opened.get(key) ?? open(host, context);
    this.#opened.set(key, opened);
    return opened;
  }
}

async function open(host: string, context: GitHostContext): Promise<GitHostApi | undefined> {
  const { gitHostApi } = await import("./open-git-host.js");
  return gitHostApi(host, context);
}
