import { readFileSync } from "node:fs";

/** When a process started, in the kernel's ticks; undefined when there is none with that number, or only its zombie. */
export function processStart(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in parentheses, and may hold anything; proc(5).
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether that very process still runs. */
export function isAlive(process: { readonly pid: number; readonly started: string }): boolean {
  return processStart(process.pid) === process.started;
}
