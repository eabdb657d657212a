import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A command to measure: words without a shell. */
export interface Command {
  readonly words: readonly string[];
  /** Runs before each measurement, and is not measured. */
  readonly prepare?: readonly string[];
}

/** Our command, the peer it is compared with in the same run, and how much longer than the peer it may take. */
export interface Comparison {
  readonly name: string;
  readonly ours: Command;
  readonly peer: Command & { readonly name: string };
  /** The largest allowed ratio of the two medians. */
  readonly limit: number;
  readonly runs: number;
  /** Runs of each before those that count. Default: 2. */
  readonly warmup?: number;
}

/** Medians in milliseconds. */
export interface Measured {
  readonly oursMs: number;
  readonly peerMs: number;
}

/** Measures both commands with hyperfine, which must be on PATH. Failing commands end the measurement with an error. */
export async function compare({ ours, peer, runs, warmup = 2 }: Comparison, scratch: string): Promise<Measured> {
  const result = join(scratch, "hyperfine.json");
  const options = ["--shell=none", "--warmup", String(warmup), "--runs", String(runs), "--style", "basic", "--export-json", result];
  await hyperfine([...options, ...[ours, peer].flatMap(measuredCommand)]);
  const { results } = JSON.parse(await readFile(result, "utf8")) as { results: readonly { readonly median: number }[] };
  await rm(result);
  const [first, second] = results.map((each) => each.median * 1000);
  if (first === undefined || second === undefined) throw new Error("hyperfine measured less than two commands.");
  return { oursMs: first, peerMs: second };
}

function measuredCommand({ words, prepare = ["true"] }: Command): readonly string[] {
  return ["--prepare", quoted(prepare), quoted(words)];
}

/** hyperfine splits words as a shell does. */
function quoted(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

function hyperfine(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("hyperfine", args, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`hyperfine ended with exit code ${code}.`))));
  });
}
