import { spawn } from "node:child_process";
import { once } from "node:events";
import { hasCode, MachineError } from "../errors.js";

/** How {@link runAttached} runs a program. */
export interface AttachedOptions {
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to do if the program is missing. */
  readonly install: string;
}

/**
 * Runs a program without a shell that has this process's terminal, input and outputs, and returns its exit code: 128 and more for a signal.
 * An interrupt from the keyboard reaches it too, so it is waited for.
 *
 * @throws {MachineError} `COMMAND_NOT_FOUND`
 */
export async function runAttached(file: string, args: readonly string[], { env, install }: AttachedOptions): Promise<number> {
  const child = spawn(file, args, { stdio: "inherit", env: { ...process.env, ...env } });
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 128);
  } catch (cause) {
    if (!hasCode(cause, "ENOENT")) throw cause;
    throw new MachineError("COMMAND_NOT_FOUND", `The program ${file} was not found.`, { cause, suggestions: [install] });
  }
}
