import { readFile } from "node:fs/promises";
import { type Host, isDriverError } from "@docker-machine/driver-sdk";
import { isSystemError } from "./system-error.js";

/**
 * The command line of a process, its words with spaces between. Empty on Linux while the process is ending and still holds its files and ports (the kernel gives
 * up its memory first); `undefined` if there is no such process, or only its exit code is left of it.
 */
export async function commandLineOf(
  pid: number,
  host: Pick<Host, "run">,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  if (platform === "linux") return fromProc(pid);
  const [program, ...args] = platform === "win32" ? cimQuery(pid) : ["ps", "-ww", "-o", "command=", "-p", String(pid)];
  try {
    // ps ends with 1 when there is no such process.
    const { stdout } = await host.run(program, args, { acceptedExitCodes: [0, 1], timeoutMs: 20_000 });
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch (error) {
    if (platform === "win32" && isDriverError(error) && error.code === "COMMAND_NOT_FOUND") return undefined;
    throw error;
  }
}

async function fromProc(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8");
    if (text !== "") return text.replaceAll("\0", " ").trim();
    // The state comes after the name in parentheses, which may hold anything (proc(5)).
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return /\) [ZX] [^)]*$/.test(stat) ? undefined : "";
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}

/** `pid` is a number, so nothing of the script is the user's. */
function cimQuery(pid: number): [string, ...string[]] {
  const script = `(Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = ${pid}").CommandLine`;
  return ["powershell.exe", "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script];
}
