import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { DriverError } from "@docker-machine/driver-sdk";
import { FakeHost, type FakeHostOptions, type RunScript } from "@docker-machine/driver-sdk/testing";

/** A host that runs programs and takes its time for real. */
export class LocalHost extends FakeHost {
  constructor(options: Omit<FakeHostOptions, "run"> = {}) {
    super({ ...options, run: runProgram });
  }

  override async sleep(durationMs: number): Promise<void> {
    this.sleepsMs.push(durationMs);
    await sleep(durationMs, undefined, { signal: this.signal });
  }
}

const runProgram: RunScript = async (file, args, { timeoutMs, env, cwd }) => {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" }),
  });
  const failure = new Promise<never>((_, reject) => child.once("error", reject));
  const closed = new Promise<number>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 134))),
  );
  try {
    const [exitCode, stdout, stderr] = await Promise.race([Promise.all([closed, text(child.stdout), text(child.stderr)]), failure]);
    if (exitCode === 137) throw new DriverError("COMMAND_TIMEOUT", `${file} did not end within ${timeoutMs} ms.`);
    return { exitCode, stdout, stderr };
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
    throw new DriverError("COMMAND_NOT_FOUND", `The program ${file} was not found.`, { cause });
  }
};
