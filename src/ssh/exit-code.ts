import { constants } from "node:os";
import type { ClientChannel } from "ssh2";

/**
 * How a remote command ended, when its channel closes: its exit code, 128 and more for a signal, `undefined` if the connection was lost before.
 *
 * ssh2 gives `close` the arguments of `exit` (its README, "Channel"). `exit` itself can come before anybody listens: together with the answer to the request.
 */
export function exitCodeOf(channel: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    channel.on("close", (code?: number | null, signal?: string) => resolve(code === null ? 128 + signalNumber(signal) : code));
  });
}

/** SSH names a signal with or without `SIG` in front. */
function signalNumber(name = ""): number {
  const number: unknown = Object.entries(constants.signals).find(([key]) => key === name || key === `SIG${name}`)?.[1];
  return typeof number === "number" ? number : 0;
}
