import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { RunOptions, RunResult } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../errors.js";

/** How {@link runProcess} runs a program. */
export interface ProcessOptions extends RunOptions {
  readonly signal?: AbortSignal;
  /** Replaces the inherited environment; {@link RunOptions.env} is added to it. */
  readonly baseEnv?: NodeJS.ProcessEnv;
}

const KEPT_OUTPUT_BYTES = 64 * 1024 * 1024;
const SHOWN_STDERR_LINES = 10;

/**
 * Runs a program without a shell and collects what it prints.
 *
 * @throws {MachineError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED` (with the end of its stderr), `COMMAND_TIMEOUT`, `OPERATION_ABORTED`
 */
export async function runProcess(file: string, args: readonly string[], options: ProcessOptions = {}): Promise<RunResult> {
  const { acceptedExitCodes = [0], signal, timeoutMs } = options;
  if (isAborted(signal)) throw aborted(file);
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signals = [signal, deadline].filter((each) => each !== undefined);
  const result = await collect(file, args, options, signals.length === 0 ? undefined : AbortSignal.any(signals));
  if (isAborted(signal)) throw aborted(file);
  if (isAborted(deadline)) throw new MachineError("COMMAND_TIMEOUT", `${file} did not end within ${timeoutMs} ms.`);
  if (!acceptedExitCodes.includes(result.exitCode)) throw failed(file, result);
  return result;
}

function collect(file: string, args: readonly string[], options: ProcessOptions, signal: AbortSignal | undefined): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...(options.baseEnv ?? process.env), ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const stop = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", stop, { once: true });
    const stdout = textOf(child.stdout);
    const stderr = textOf(child.stderr);
    // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
    child.on("error", (error) => {
      signal?.removeEventListener("abort", stop);
      reject(hasCode(error, "ENOENT") ? notFound(file, options, error) : error);
    });
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", stop);
      resolve({
        exitCode: code ?? 128 + signalNumber(killedBy),
        stdout: stdout(),
        stderr: stderr(),
      });
    });
  });
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function textOf(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= KEPT_OUTPUT_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function signalNumber(name: NodeJS.Signals | null): number {
  return name === "SIGKILL" ? 9 : name === "SIGTERM" ? 15 : name === "SIGINT" ? 2 : 0;
}

function notFound(file: string, options: ProcessOptions, cause: Error): MachineError {
  const where = options.cwd === undefined ? "" : ` (or the folder ${options.cwd})`;
  return new MachineError("COMMAND_NOT_FOUND", `The program ${file}${where} was not found.`, {
    cause,
    suggestions: [`Install ${file}, or put its folder on PATH.`],
  });
}

function failed(file: string, { exitCode, stderr, stdout }: RunResult): MachineError {
  const lines = (stderr.trim() === "" ? stdout : stderr).trimEnd().split("\n").slice(-SHOWN_STDERR_LINES);
  return new MachineError("COMMAND_FAILED", `${file} ended with exit code ${exitCode}: ${lines.join("\n").trim()}`);
}

function aborted(file: string): MachineError {
  return new MachineError("OPERATION_ABORTED", `Interrupted while running ${file}.`);
}
