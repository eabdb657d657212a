import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, MachineError } from "../errors.js";

/** How {@link startDaemon} starts a program. */
export interface StartDaemonOptions {
  /** Added to the inherited environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What to do if the program is missing. */
  readonly install: string;
}

/** How long output that was printed before the end may take to arrive. */
const LAST_OUTPUT_MS = 500;

/**
 * Runs a program without a shell until it goes into the background or fails. What it leaves behind does not hold this process's outputs open.
 *
 * @returns its exit code and what it printed
 * @throws {MachineError} `COMMAND_NOT_FOUND`
 */
export async function startDaemon(
  file: string,
  args: readonly string[],
  { env, install }: StartDaemonOptions,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const closed = once(child, "close").catch(() => undefined);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    // A daemon keeps them open.
    await Promise.race([closed, sleep(code === 0 ? 0 : LAST_OUTPUT_MS, undefined, { ref: false })]);
    return { exitCode: code ?? 128, output: output.trim() };
  } catch (cause) {
    if (!hasCode(cause, "ENOENT")) throw cause;
    throw new MachineError("COMMAND_NOT_FOUND", `The program ${file} was not found.`, { cause, suggestions: [install] });
  } finally {
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
