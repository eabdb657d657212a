import { createInterface } from "node:readline";
import type { RunResult } from "@docker-machine/driver-sdk";
import type { ClientChannel } from "ssh2";
import { exitCodeOf } from "./exit-code.js";

const KEPT_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Feeds a remote command and gathers what it prints until it ends, the connection is lost, or the time is up. */
export async function collect(
  channel: ClientChannel,
  options: { readonly input?: string; readonly timeoutMs?: number; readonly onLine?: (line: string) => void },
): Promise<RunResult | "lost" | "timeout"> {
  const { input, timeoutMs, onLine } = options;
  const stdout = textOf(channel);
  const stderr = textOf(channel.stderr);
  if (onLine !== undefined) for (const input of [channel, channel.stderr]) createInterface({ input }).on("line", onLine);
  // A command that ends without reading its input is judged by its exit code.
  channel.on("error", () => undefined);
  const exitCode = exitCodeOf(channel);
  const timeUp = Promise.withResolvers<"timeout">();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => timeUp.resolve("timeout"), timeoutMs);
  channel.end(input);
  const outcome = await Promise.race([exitCode, timeUp.promise]);
  clearTimeout(timer);
  if (outcome === "timeout") {
    channel.close();
    return "timeout";
  }
  return outcome === undefined ? "lost" : { exitCode: outcome, stdout: stdout(), stderr: stderr() };
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= KEPT_OUTPUT_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
