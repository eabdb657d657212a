import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What a process used. */
export interface ProcessUse {
  readonly seconds: number;
  /** The most memory it had at once, in megabytes (VmHWM in proc_pid_status(5)). */
  readonly peakMegabytes: number;
  /** The most processes that it had started and that were alive at once. */
  readonly children: number;
}

const SAMPLE_MS = 5;

/** Runs a program to its end and looks at it all the while. On Linux only. */
export async function watchProcess([file = "", ...args]: readonly string[]): Promise<ProcessUse> {
  const startedAt = performance.now();
  const child = spawn(file, args, { stdio: "ignore" });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => resolve((performance.now() - startedAt) / 1000));
  });
  let use = { peakMegabytes: 0, children: 0 };
  let seconds: number | undefined;
  while (seconds === undefined) {
    use = largest(use, sample(child.pid ?? 0));
    seconds = await Promise.race([ended, sleep(SAMPLE_MS).then(() => undefined)]);
  }
  return { seconds, ...use };
}

type Sample = Omit<ProcessUse, "seconds">;

function largest(a: Sample, b: Sample): Sample {
  return { peakMegabytes: Math.max(a.peakMegabytes, b.peakMegabytes), children: Math.max(a.children, b.children) };
}

function sample(pid: number): Sample {
  try {
    const [, kilobytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return { peakMegabytes: Number(kilobytes) / 1024, children: childrenOf(pid) };
  } catch {
    // It has just ended.
    return { peakMegabytes: 0, children: 0 };
  }
}

function childrenOf(pid: number): number {
  const lists = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim());
  return lists.reduce((count, list) => count + (list === "" ? 0 : list.split(" ").length), 0);
}
