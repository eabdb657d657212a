import { connect as connectTcp, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type SecureContext } from "node:tls";
import { type HttpResponse, readHttpResponse } from "./http-response.js";

/**
 * Connects to a server that can't be reached straight from here, such as through SSH.
 *
 * @param host name or address, without brackets
 */
export type Dial = (host: string, port: number) => Promise<Duplex>;

/** What {@link getOverTls} asks. */
export interface TlsRequest {
  /** Name or address, without brackets. The certificate must name it. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Called when the connection is there: who can't be reached needs no certificates. */
  secureContext(): SecureContext;
  /** Aborting ends the request with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Default: TCP. It has a deadline of its own, and what it throws is thrown. */
  readonly dial?: Dial | undefined;
  readonly timeoutMs: number;
}

/** The time for a request has passed. */
export class RequestTimeout extends Error {}

const LONGEST_ANSWER_BYTES = 1024 * 1024;

/**
 * Loads what {@link getOverTls} needs. From then on another thread of Node's reads its root certificates, for which the first context waits, even if it has a CA of its own:
 * who will ask an engine says so early.
 */
export function prepareTls(): void {
  process.getBuiltinModule("node:tls");
}

/**
 * Sends a GET request over TLS and reads the answer. The server is verified by the context's CA and by its name.
 *
 * It is written on sockets because of its time: Node's HTTPS client takes as long to load as all the rest of a command, and a hundred kilobytes for each request.
 *
 * @throws {RequestTimeout} and {@link Error} as sockets and TLS have them
 */
export async function getOverTls(request: TlsRequest): Promise<HttpResponse> {
  const { dial, host, port } = request;
  return dial === undefined ? exchange(request) : exchange(request, await dial(host, port));
}

/** @param channel what is connected already */
function exchange(request: TlsRequest, channel?: Duplex): Promise<HttpResponse> {
  const { host, port, signal, timeoutMs } = request;
  return new Promise((resolve, reject) => {
    const sockets: Duplex[] = channel === undefined ? [] : [channel];
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      for (const socket of sockets) socket.destroy();
      settle();
    };
    const fail = (error: unknown) => end(() => reject(error));
    const onAbort = () => fail(signal?.reason);
    const timer = setTimeout(() => fail(new RequestTimeout()), timeoutMs);
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const begin = (connected: Duplex) => {
      try {
        sockets.push(ask(connected, request, { resolve: (response) => end(() => resolve(response)), reject: fail }));
      } catch (error) {
        fail(error);
      }
    };
    if (channel !== undefined) return begin(channel.on("error", fail));
    const tcp = connectTcp({ host, port }).on("error", fail);
    sockets.push(tcp);
    tcp.once("connect", () => begin(tcp));
  });
}

interface Settle {
  resolve(response: HttpResponse): void;
  reject(error: unknown): void;
}

function ask(connected: Duplex, { host, port, path, secureContext }: TlsRequest, { resolve, reject }: Settle): Duplex {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ socket: connected, host, secureContext: secureContext(), ...name });
  let received: Buffer = Buffer.alloc(0);
  const read = (isComplete: boolean) => {
    try {
      if (received.length > LONGEST_ANSWER_BYTES) throw new Error("The answer is too long.");
      const response = readHttpResponse(received, isComplete);
      if (response !== undefined) resolve(response);
    } catch (error) {
      reject(error);
    }
  };
  socket.once("secureConnect", () => socket.write(requestText(host, port, path)));
  socket.on("data", (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    read(false);
  });
  socket.on("end", () => read(true));
  socket.on("error", reject);
  return socket;
}

function requestText(host: string, port: number, path: string): string {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: docker-machine\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
}
