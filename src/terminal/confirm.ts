import { createInterface } from "node:readline";

/**
 * Asks a yes-or-no question on stdout and reads one line from stdin, terminal or not. Only `y` and `yes` mean yes; the end of input means no, and so does an interrupt.
 */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin, ...(signal === undefined ? {} : { signal }) });
  try {
    for await (const line of lines) return ["y", "yes"].includes(line.trim().toLowerCase());
    return false;
  } finally {
    lines.close();
    process.stdin.pause();
  }
}
