import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../errors.js";

/** How {@link runInShell} runs a command line. */
export interface ShellOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told each whole line that is written to stdout or stderr. */
  readonly onLine: (line: string) => void;
}

/** How long output that was written before the end may take to arrive. */
const LAST_OUTPUT_MS = 1000;

/**
 * Runs a command line that somebody else wrote, as a whole, in the system's shell, without input. What it started in its process group ends with it.
 *
 * @returns its exit code, 128 for a signal
 * @throws {MachineError} `OPERATION_ABORTED`
 */
export async function runInShell(command: string, { cwd, env, signal, onLine }: ShellOptions): Promise<number> {
  const isWindows = process.platform === "win32";
  const [shell, args] = isWindows ? [env.ComSpec ?? "cmd.exe", ["/d", "/s", "/c", `"${command}"`]] : ["/bin/sh", ["-c", command]];
  const child = spawn(shell, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that all of it can be ended.
    detached: !isWindows,
    windowsHide: true,
    windowsVerbatimArguments: isWindows,
  });
  const end = () => endGroup(child.pid, isWindows);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  for (const stream of [child.stdout, child.stderr]) onLines(stream, onLine);
  const closed = once(child, "close");
  // If it can't even start, the wait for its exit tells so.
  closed.catch(() => undefined);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    end();
    // What left the group, as daemons do, may hold the outputs open for ever.
    await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
    child.stdout.destroy();
    child.stderr.destroy();
    if (signal.aborted) throw new MachineError("OPERATION_ABORTED", `Interrupted while running: ${command}`);
    return code ?? 128;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** A group that is gone already is fine. Windows has no groups: there, the shell alone is ended. */
function endGroup(processId: number | undefined, isWindows: boolean): void {
  if (processId === undefined) return;
  try {
    process.kill(isWindows ? processId : -processId, "SIGKILL");
  } catch {
    // It has ended.
  }
}

const LONGEST_LINE = 10_000;

function onLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = "";
    }
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
