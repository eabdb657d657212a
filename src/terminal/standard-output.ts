import { writeSync } from "node:fs";
import { hasCode } from "../errors.js";

const STDOUT = 1;
const FULL_PIPE_PAUSE_MS = 5;

/**
 * Writes text to stdout before it returns. `process.stdout` is left alone where it is not needed: making it loads Node's streams, and for a pipe its network.
 * If nobody reads any more, the process ends.
 */
export function writeStdout(text: string): void {
  // There, pipes and terminals are written to in the background, and lines of different ways of writing would change places.
  if (process.platform === "win32") {
    process.stdout.write(text);
    return;
  }
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    if (hasCode(error, "EPIPE")) process.exit(0);
    if (!hasCode(error, "EAGAIN")) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    return 0;
  }
}
