import { constants } from "node:os";
import type { ClientChannel } from "ssh2";

/** How a remote command ended, when its channel closes: its exit code, 128 and more for a signal, `undefined` if the connection was lost before. */
export function exitCodeOf(channel: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    let exitCode: number | undefined;
    channel.on("exit", (code: number | null, signal?: string) => {
      exitCode = code ?? 128 + signalNumber(signal);
    });
    channel.on("close", () => resolve(exitCode));
  });
}

/** SSH names a signal with or without `SIG` in front. */
function signalNumber(name = ""): number {
  const number: unknown = Object.entries(constants.signals).find(([key]) => key === name || key === `SIG${name}`)?.[1];
  return typeof number === "number" ? number : 0;
}
