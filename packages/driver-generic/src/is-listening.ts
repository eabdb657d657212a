import { connect } from "node:net";

/**
 * Whether something accepts TCP connections at `host:port`. Whatever keeps it from doing so, a name without address included, is a no.
 *
 * @param signal ends the attempt, which then counts as a no
 */
export function isListening(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      socket.destroy();
      resolve(false);
    });
  });
}
