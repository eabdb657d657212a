import { spawn } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DriverError } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";

/** @import { RunOptions, RunResult } from "@docker-machine/driver-sdk" */

/** A host that really runs programs and waits, on this computer. */
export class LocalHost extends FakeHost {
  #directory;

  /** @param {string} directory the machine's folder */
  constructor(directory) {
    super({ directory });
    this.#directory = directory;
  }

  /**
   * @override
   * @param {string} file
   * @param {readonly string[]} args
   * @param {RunOptions} [options]
   * @returns {Promise<RunResult>}
   */
  async run(file, args, { acceptedExitCodes = [0], env = {}, input } = {}) {
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(input);
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (output.stdout += chunk));
    child.stderr.on("data", (chunk) => (output.stderr += chunk));
    /** @type {number} */
    const exitCode = await new Promise((resolve, reject) => {
      child.once("error", (cause) => reject(new DriverError("COMMAND_NOT_FOUND", `The program ${file} was not found.`, { cause })));
      child.once("close", resolve);
    });
    if (!acceptedExitCodes.includes(exitCode)) {
      throw new DriverError("COMMAND_FAILED", `${[file, ...args].join(" ")} ended with exit code ${exitCode}: ${output.stderr}`);
    }
    return { exitCode, ...output };
  }

  /**
   * @override
   * @param {number} durationMs
   */
  async sleep(durationMs) {
    await sleep(durationMs);
  }

  /** @override */
  async createSshKey() {
    const privateKeyPath = join(this.#directory, "id_ed25519");
    const exists = await access(privateKeyPath).then(
      () => true,
      () => false,
    );
    if (!exists) await this.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", privateKeyPath]);
    return { privateKeyPath, publicKey: await readFile(`${privateKeyPath}.pub`, "utf8") };
  }
}
