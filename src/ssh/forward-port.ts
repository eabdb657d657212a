import { createServer, type Server, type Socket } from "node:net";
import type { Client } from "ssh2";
import { MachineError, messageOf } from "../errors.js";

/** A port of this computer that leads to one that the host reaches: OpenSSH's `-L`. */
export interface PortForward {
  /** The address to listen on; empty: all. */
  readonly bindAddress: string;
  readonly port: number;
  readonly host: string;
  readonly hostPort: number;
}

/**
 * Reads `[BIND_ADDRESS:]PORT:HOST:HOSTPORT`; addresses with colons stand in brackets. Without a bind address, only this computer can connect.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID`
 */
export function parsePortForward(text: string): PortForward {
  const parts = text.match(/\[[^\]]*\]|[^:]+|(?<=^|:)(?=:|$)/g) ?? [];
  const [hostPort, host, port, bindAddress = "127.0.0.1", ...more] = parts.map((part) => part.replace(/^\[(.*)\]$/, "$1")).reverse();
  if (more.length === 0 && isPort(port) && isPort(hostPort) && host !== undefined && host !== "") {
    return { bindAddress: bindAddress === "*" ? "" : bindAddress, port: Number(port), host, hostPort: Number(hostPort) };
  }
  throw new MachineError("ARGUMENTS_INVALID", `-L is ${JSON.stringify(text)}, but it must be [BIND_ADDRESS:]PORT:HOST:HOSTPORT.`, {
    suggestions: ["Such as -L 8080:localhost:80"],
  });
}

/**
 * Listens, and passes each connection on through the host.
 *
 * @throws {MachineError} `SSH_FORWARD_FAILED` if it can't listen
 */
export async function forwardPort(client: Client, { bindAddress, port, host, hostPort }: PortForward): Promise<Disposable> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    client.forwardOut(socket.remoteAddress ?? "", socket.remotePort ?? 0, host, hostPort, (error, channel) => {
      if (error !== undefined) {
        socket.destroy();
        return;
      }
      channel.on("error", () => socket.destroy());
      socket.on("close", () => channel.destroy());
      socket.pipe(channel).pipe(socket);
    });
  });
  await listening(server, { port, ...(bindAddress === "" ? {} : { host: bindAddress }) });
  return {
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listening(server: Server, where: { readonly port: number; readonly host?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new MachineError("SSH_FORWARD_FAILED", `Cannot listen on port ${where.port} of this computer: ${messageOf(cause)}`, {
          cause,
          suggestions: ["Forward another port."],
        }),
      );
    });
    server.listen(where, resolve);
  });
}

function isPort(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
