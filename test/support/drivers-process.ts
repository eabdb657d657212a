import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DriverWorld } from "./driver-world.js";
import type { DriversOrder } from "./drivers-program.js";

/** How a process ended. */
export interface ProcessOutcome {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running process that uses the drivers of a world. */
export interface DriversProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessOutcome>;
}

/** Starts a Node process that uses the drivers of a world, with Node's own module loader. It prints a receipt or a loaded driver as JSON. */
export function startDriversProcess(
  world: DriverWorld,
  wanted: Pick<DriversOrder, "verb" | "source" | "rounds" | "dieAt">,
): DriversProcess {
  const program = fileURLToPath(new URL("./drivers-program.ts", import.meta.url));
  const loader = new URL("./run-typescript.mjs", import.meta.url).href;
  const order = { ...wanted, directory: world.directory, cwd: world.root, env: world.env, mirror: world.git.url };
  const child = spawn(process.execPath, ["--import", loader, program, JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const ended = new Promise<ProcessOutcome>((resolve) =>
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })),
  );
  return { child, ended };
}
