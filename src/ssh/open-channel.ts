import type { Client, ClientChannel } from "ssh2";

/** Where {@link openChannel} leads, and how long it may take. */
export interface ChannelTarget {
  /** Name or address as the host has it, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds. A host may take minutes to find out that nobody answers. */
  readonly timeoutMs: number;
}

/** RFC 4254, section 5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1;

/**
 * Makes the host of a client that is logged in connect to another one, and joins that connection (`direct-tcpip`).
 *
 * @throws {Error} whose `code` is as sockets have it: `ECONNREFUSED`, `ETIMEDOUT`, `EACCES` if the SSH server forbids it, else `EHOSTUNREACH`
 */
export function openChannel(client: Client, { host, port, timeoutMs }: ChannelTarget): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(withCode(new Error("no answer in time"), "ETIMEDOUT"));
    }, timeoutMs);
    client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      clearTimeout(timer);
      if (error !== undefined) reject(channelError(error));
      else if (isLate) channel.destroy();
      // As a socket does: else nobody would learn that the other side is gone.
      else resolve(channel.once("end", () => channel.end()));
    });
  });
}

function channelError(error: Error): Error {
  const message = error.message.replace(/^\(SSH\) Channel open failure: /, "");
  const said = new Error(message === "" ? "it gives no reason" : message, { cause: error });
  if ("reason" in error && error.reason === ADMINISTRATIVELY_PROHIBITED) return withCode(said, "EACCES");
  return withCode(said, /refused/i.test(message) ? "ECONNREFUSED" : "EHOSTUNREACH");
}

function withCode(error: Error, code: string): Error {
  return Object.assign(error, { code });
}
