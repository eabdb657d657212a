import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";
import { optionText } from "./option-text.js";
import { isSystemError } from "./system-error.js";

/**
 * Where a QEMU's monitor listens. `unix`: a socket in the machine's folder (Linux, macOS). `tls`: a port on 127.0.0.1, with TLS and a key that is in the machine's
 * folder. That is for Windows, where Node.js can't connect to a Unix socket, QEMU serves a named pipe only once, and any user may connect to a port.
 */
export type QmpEndpoint = UnixEndpoint | TlsEndpoint;

/** A monitor's socket in a machine's folder. */
export interface UnixEndpoint {
  readonly kind: "unix";
  readonly directory: string;
}

/** A monitor's port on 127.0.0.1, with the key in a machine's folder. */
export interface TlsEndpoint {
  readonly kind: "tls";
  readonly directory: string;
  readonly port: number;
}

/** A socket's path, its end included, must fit into 104 bytes on macOS and 108 on Linux (`sun_path` of unix(4), unix(7)). */
const LONGEST_SOCKET_PATH_BYTES = 103;
const LOOPBACK = "127.0.0.1";
const SOCKET_NAME = "qmp.sock";
/** What QEMU calls the file of keys (its crypto/tlscredspsk.c). Each line is a name, a colon, and a key in hexadecimal digits. */
const KEY_FILE_NAME = "keys.psk";
const KEY_NAME = "docker-machine";

/**
 * Runs `action` with a path of `directory` that is short enough for a socket in it: its own, or that of a link to it in a new private folder, which is removed
 * afterwards. So a socket is always in its machine's folder, however long that one's path is.
 */
async function withSocketPath<T>(directory: string, name: string, action: (path: string) => Promise<T>): Promise<T> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH_BYTES) return action(path);
  const folder = await mkdtemp(join(shortTemporaryDirectory(), "docker-machine-"));
  try {
    await symlink(directory, join(folder, "m"));
    return await action(join(folder, "m", name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The endpoint of a machine's monitor on this system.
 *
 * @param port of 127.0.0.1; only {@link needsMonitorPort} systems need one
 */
export function qmpEndpoint(directory: string, port: number | undefined): QmpEndpoint {
  return port === undefined ? { kind: "unix", directory } : { kind: "tls", directory, port };
}

/** Whether monitors listen on a port on this system. */
export function needsMonitorPort(platform: NodeJS.Platform): boolean {
  return platform === "win32";
}

/** QEMU's arguments for a monitor at `endpoint`, which `action` must use before it ends. The key of a `tls` endpoint is made if there is none. */
export async function withMonitorArguments<T>(endpoint: QmpEndpoint, action: (args: readonly string[]) => Promise<T>): Promise<T> {
  const { directory } = endpoint;
  const monitor = ["-mon", "chardev=qmp,mode=control"];
  const socket = { id: "qmp", server: "on", wait: "off" };
  if (endpoint.kind === "unix") {
    return withSocketPath(directory, SOCKET_NAME, (path) => action(["-chardev", optionText("socket", { ...socket, path }), ...monitor]));
  }
  await createKey(directory);
  const key = optionText("tls-creds-psk", { id: "qmp-key", dir: directory, endpoint: "server" });
  const address = { host: LOOPBACK, port: endpoint.port, ipv4: "on" };
  return action(["-object", key, "-chardev", optionText("socket", { ...socket, ...address, "tls-creds": "qmp-key" }), ...monitor]);
}

/**
 * Opens a connection.
 *
 * @throws {Error} Node's, with its code: `ENOENT`, `ECONNREFUSED`, `EAGAIN` when too many others wait, `ECONNRESET` for a wrong key
 */
export async function openSocket(endpoint: QmpEndpoint, signal: AbortSignal): Promise<Socket> {
  if (endpoint.kind === "tls") return openTls(endpoint, signal);
  const { connect } = await import("node:net");
  return withSocketPath(endpoint.directory, SOCKET_NAME, (path) => opened(connect(path), "connect", signal));
}

/**
 * Sends `text`; a failure is the socket's `error` event. TLS gets each byte as a record: QEMU before 8.0 does not notice what is left of a record that it has read a part of, and
 * its monitor reads byte by byte (QEMU's commit ffda5db65a, "io/channel-tls: fix handling of bigger read buffers").
 */
export async function send(socket: Socket, text: string): Promise<void> {
  if (!("encrypted" in socket)) {
    socket.write(text);
    return;
  }
  for (const byte of Buffer.from(text)) {
    await new Promise<void>((resolve) => {
      socket.write(Buffer.of(byte), () => resolve());
    });
  }
}

/** The endpoint in words, for messages. */
export function endpointName(endpoint: QmpEndpoint): string {
  return endpoint.kind === "unix" ? join(endpoint.directory, SOCKET_NAME) : `${LOOPBACK}:${endpoint.port}`;
}

/** Removes what a QEMU that did not end by itself has left of its endpoint. */
export async function removeEndpoint(endpoint: QmpEndpoint): Promise<void> {
  if (endpoint.kind === "unix") await rm(join(endpoint.directory, SOCKET_NAME), { force: true });
}

async function openTls({ directory, port }: TlsEndpoint, signal: AbortSignal): Promise<Socket> {
  const { connect } = await import("node:tls");
  const psk = await readKey(directory);
  const socket = connect({
    host: LOOPBACK,
    port,
    minVersion: "TLSv1.3",
    // A pre-shared key goes with the hash of its suite; without more ado, that is SHA-256 (RFC 8446, section 4.2.11).
    ciphers: "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256",
    pskCallback: () => ({ psk, identity: KEY_NAME }),
    // The key is what proves the server; there is no certificate.
    checkServerIdentity: () => undefined,
  });
  return opened(socket, "secureConnect", signal);
}

async function opened(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function createKey(directory: string): Promise<void> {
  const { randomBytes } = await import("node:crypto");
  try {
    await writeFile(join(directory, KEY_FILE_NAME), `${KEY_NAME}:${randomBytes(32).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

async function readKey(directory: string): Promise<Buffer> {
  const path = join(directory, KEY_FILE_NAME);
  const hex = new RegExp(`^${KEY_NAME}:([0-9a-f]{64})$`, "m").exec(await readFile(path, "utf8"))?.[1];
  if (hex === undefined) throw new DriverError("QMP_KEY_DAMAGED", `The file ${path} holds no key for QEMU's monitor.`);
  return Buffer.from(hex, "hex");
}

/** macOS gives each user a folder of about 50 bytes; one that is set by hand may be longer than a link in it can bear. */
function shortTemporaryDirectory(): string {
  const directory = tmpdir();
  return Buffer.byteLength(directory) > 60 ? "/tmp" : directory;
}
