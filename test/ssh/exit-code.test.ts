import { EventEmitter } from "node:events";
import type { ClientChannel } from "ssh2";
import { expect, it } from "vitest";
import { exitCodeOf } from "../../src/ssh/exit-code.js";

/** A channel whose `exit` event came with the answer to the request, before anybody could listen: a fast command on a busy computer. */
function closed(...args: readonly unknown[]): Promise<number | undefined> {
  const channel = new EventEmitter();
  const exitCode = exitCodeOf(channel as ClientChannel);
  channel.emit("close", ...args);
  return exitCode;
}

it.each([
  ["its exit code", [7], 7],
  ["success", [0], 0],
  ["128 and more for a signal", [null, "SIGTERM"], 143],
  ["128 for a signal that only the host knows", [null, "SIGODD"], 128],
  ["nothing for a lost connection", [], undefined],
])("a command that ends at once is told by %s", async (_what, args, expected) => {
  await expect(closed(...args)).resolves.toBe(expected);
});
