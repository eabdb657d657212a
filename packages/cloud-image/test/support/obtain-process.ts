import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CloudImage } from "../../src/cloud-image.js";
import type { DownloadImage } from "../../src/image-source.js";

const PROGRAM = fileURLToPath(new URL("./obtain-program.ts", import.meta.url));
const TYPESCRIPT = fileURLToPath(new URL("../../../../test/support/run-typescript.mjs", import.meta.url));
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS"];

/** What a process came to: the image, or the error. */
export type Outcome = Partial<CloudImage> & { readonly code?: string; readonly message?: string; readonly suggestions?: readonly string[] };

/** A process of its own that obtains an image. */
export class ObtainProcess {
  readonly #child: ChildProcess;
  #output = "";

  constructor(image: DownloadImage, cacheDirectory: string, variables: Readonly<Record<string, string>> = {}) {
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !PROXIES.includes(name)));
    this.#child = spawn(process.execPath, ["--import", TYPESCRIPT, PROGRAM, JSON.stringify(image), cacheDirectory], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...environment, ...variables },
    });
    this.#child.stdout?.on("data", (chunk) => {
      this.#output += String(chunk);
    });
  }

  kill(signal: "SIGKILL" | "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** Waits for its end. A killed one has an empty outcome. */
  async outcome(): Promise<Outcome> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close");
    return JSON.parse(this.#output === "" ? "{}" : this.#output) as Outcome;
  }
}
