import { execFile, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PackageFiles, writeFiles } from "./driver-package.js";
import type { SeenRequest } from "./package-registry.js";

const run = promisify(execFile);
const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];

/** A git smart-HTTP server on the loopback address: \`git http-backend\`, over bare repositories in a folder. */
export class GitHost {
  readonly requests: SeenRequest[] = [];
  /** The password without which nothing is given. */
  token: string | undefined;
  /** Cuts each answer after this many bytes of packed objects. */
  cutPackAfterBytes: number | undefined;
  readonly #directory: string;
  readonly #server: Server;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(directory: string): Promise<GitHost> {
    const host = new GitHost(directory);
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The bare repository's folder. */
  repository(path: string): string {
    return join(this.#directory, `${path}.git`);
  }

  /**
   * Commits files as the whole content of a repository, on top of its default branch, as `branch`, with a tag if named. The repository is made when it isn't there.
   *
   * @returns the commit
   */
  async commit(
    path: string,
    files: PackageFiles,
    { tag, branch = "main" }: { readonly tag?: string; readonly branch?: string } = {},
  ): Promise<string> {
    const bare = this.repository(path);
    const work = `${bare}.work`;
    await run("git", [...IDENTITY, "init", "--quiet", "--bare", bare]);
    await run("git", [...IDENTITY, "clone", "--quiet", bare, work]);
    const git = (...args: string[]) => run("git", [...IDENTITY, "-C", work, ...args]);
    await git("rm", "-r", "--quiet", "--ignore-unmatch", ".");
    await writeFiles(work, files);
    await git("add", "--all", "--force");
    await git("commit", "--quiet", "--allow-empty", "--message=test");
    await git("push", "--quiet", "--force", bare, `HEAD:refs/heads/${branch}`);
    if (tag !== undefined) {
      await git("tag", "--force", "--annotate", "--message=test", tag);
      await git("push", "--quiet", "--force", bare, tag);
    }
    const { stdout } = await git("rev-parse", "HEAD");
    await rm(work, { recursive: true });
    return stdout.trim();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? "/", this.url);
    const { authorization } = request.headers;
    this.requests.push({ path: pathname.slice(1), authorization });
    const password = Buffer.from(authorization?.replace("Basic ", "") ?? "", "base64")
      .toString()
      .split(":")[1];
    if (this.token !== undefined && password !== this.token) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const backend = spawn("git", ["http-backend"], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.#directory,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_ADDR: "127.0.0.1",
      },
    });
    request.pipe(backend.stdin);
    backend.stdin.on("error", () => undefined);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => this.#send(Buffer.concat(chunks), response));
  }

  #send(output: Buffer, response: ServerResponse): void {
    const end = output.indexOf("\r\n\r\n");
    const headers = output
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    const body = output.subarray(end + 4);
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== "Status")));
    const isPack = body.includes("PACK");
    if (this.cutPackAfterBytes === undefined || !isPack) response.end(body);
    else response.write(body.subarray(0, this.cutPackAfterBytes), () => response.destroy());
  }
}
