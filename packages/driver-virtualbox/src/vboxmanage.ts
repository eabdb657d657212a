import { DriverError, type Host, isDriverError, type RunResult } from "@docker-machine/driver-sdk";
import { findVBoxManage } from "./find-vboxmanage.js";
import { isPassing, isRefused, virtualBoxError } from "./vboxmanage-error.js";

/** How to run VBoxManage once. */
export interface VBoxManageOptions {
  /** Milliseconds until it is killed. Default: 10 minutes. */
  readonly timeoutMs?: number;
}

const ALL_EXIT_CODES = Array.from({ length: 256 }, (_, code) => code);
const TIMEOUT_MS = 600_000;

/** VirtualBox's service needs a moment to start, and to unlock a machine whose process has ended. */
const ATTEMPTS = 20;
const PAUSE_MS = 500;

/** Runs VBoxManage, and tells failures as errors that say what to do. */
export class VBoxManage {
  readonly #host: Host;
  readonly #file: string;

  constructor(host: Host, file: string = findVBoxManage()) {
    this.#host = host;
    this.#file = file;
  }

  /**
   * Runs VBoxManage and returns what it prints. Passing troubles ("The object is not ready", a machine that is just being unlocked) are waited out.
   *
   * @throws {DriverError} `VIRTUALBOX_…`, see {@link virtualBoxError}; `OPERATION_ABORTED`, `COMMAND_TIMEOUT`
   */
  async run(args: readonly string[], options: VBoxManageOptions = {}): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#runOnce(args, options);
      if (!isRefused(result)) return result.stdout;
      if (attempt === ATTEMPTS || !isPassing(result)) throw virtualBoxError(args, result);
      await this.#host.sleep(PAUSE_MS);
    }
  }

  async #runOnce(args: readonly string[], { timeoutMs = TIMEOUT_MS }: VBoxManageOptions): Promise<RunResult> {
    try {
      return await this.#host.run(this.#file, args, { env: plainLanguage(), timeoutMs, acceptedExitCodes: ALL_EXIT_CODES });
    } catch (error) {
      if (isDriverError(error) && error.code === "COMMAND_NOT_FOUND") throw missing(this.#file, error);
      throw error;
    }
  }
}

/** English texts, so that they can be read; UTF-8, so that paths can hold any letter. */
function plainLanguage(): Record<string, string> {
  return { LC_ALL: process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8" };
}

function missing(file: string, cause: unknown): DriverError {
  const install: Partial<Record<NodeJS.Platform, string>> = {
    darwin: "brew install --cask virtualbox",
    win32: "winget install Oracle.VirtualBox",
    linux: "Install VirtualBox 7 with your distribution's package manager, or from https://www.virtualbox.org/wiki/Linux_Downloads",
  };
  return new DriverError("VIRTUALBOX_MISSING", `VirtualBox's program ${file} was not found.`, {
    cause,
    suggestions: [
      install[process.platform] ?? "Install VirtualBox from https://www.virtualbox.org/wiki/Downloads",
      "If it is installed, add its folder to PATH",
    ],
  });
}
