import { join } from "node:path";
import type { BenchMachines } from "./machines.ts";
import { type ProcessUse, watchProcess } from "./watch-process.ts";

/** A number that holds on any computer, since waiting or memory decides it. */
export interface Absolute {
  readonly bench: string;
  readonly measured: number;
  readonly unit: "s" | "ms" | "MB" | "processes";
  readonly limit: number;
}

const PROGRAM = ["node", join(import.meta.dirname, "..", "bin", "run.cjs")];

/** `ls` with five hundred machines: its time with some that never answer, its memory, and the processes that it starts. The middle one of three runs counts. */
export async function measureAbsolutes(machines: BenchMachines): Promise<readonly Absolute[]> {
  const silent = await middleOf([...PROGRAM, "ls", "-t", "2", "-s", machines.silent], (use) => use.seconds);
  const refusing = await middleOf([...PROGRAM, "ls", "-s", machines.refusing[500]], (use) => use.peakMegabytes);
  return [
    { bench: "ls -t 2, 500 machines, 20 never answer", measured: silent.seconds, unit: "s", limit: 2.5 },
    { bench: "ls -t 2, 500 machines, 20 never answer", measured: silent.peakMegabytes, unit: "MB", limit: 150 },
    { bench: "ls, 500 machines that refuse", measured: refusing.peakMegabytes, unit: "MB", limit: 150 },
    { bench: "ls, 500 machines that refuse", measured: refusing.children, unit: "processes", limit: 0 },
  ];
}

async function middleOf(words: readonly string[], key: (use: ProcessUse) => number): Promise<ProcessUse> {
  const uses = [await watchProcess(words), await watchProcess(words), await watchProcess(words)];
  const [, middle] = uses.sort((a, b) => key(a) - key(b));
  if (middle === undefined) throw new Error("Three runs were made.");
  return middle;
}
