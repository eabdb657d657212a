import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DriverError, type Host } from "@docker-machine/driver-sdk";

/** What choosing ports needs of a driver's host. */
export type PortHost = Pick<Host, "withLock" | "cacheDirectory" | "log">;

/** One port to choose. */
export interface PortWish {
  /** For messages: `SSH`, `Docker`. */
  readonly purpose: string;
  /** The port that the machine had until now. It is kept if it is free. */
  readonly kept?: number;
}

/** Which machine, by its folder, each port is promised to. */
type Promises = ReadonlyMap<number, string>;

/** Below the ports that systems give to outgoing connections (Linux: 32768 and up; macOS, Windows: 49152 and up) and Kubernetes' (30000 and up). */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;
const LOOPBACK = "127.0.0.1";
const LOCK = "qemu-ports";
const LOCK_OPTIONS = { subject: "the forwarded ports of QEMU machines" };

/**
 * Chooses ports of 127.0.0.1 that are free now and promised to no other machine, and promises them to this one, in place of all that were promised to it before. A promise
 * ends with {@link releasePorts}, or when the machine's folder is gone. A kept port that is taken meanwhile is replaced, and that is said.
 * Call it before each start of QEMU, but not while it runs.
 *
 * @param machineDirectory whose ports they are
 * @returns the ports in the order of the wishes
 * @throws {DriverError} `PORTS_EXHAUSTED`
 */
export async function reservePorts(machineDirectory: string, wishes: readonly PortWish[], host: PortHost): Promise<readonly number[]> {
  return host.withLock(LOCK, LOCK_OPTIONS, async () => {
    const path = join(host.cacheDirectory, "qemu-ports.json");
    const promised = await promisesOfOthers(path, machineDirectory);
    const ports: number[] = [];
    for (const wish of wishes) {
      const port = await choose(wish, new Set([...promised.keys(), ...ports]), host);
      ports.push(port);
    }
    await write(path, new Map([...promised, ...ports.map((port) => [port, machineDirectory] as const)]));
    return ports;
  });
}

/** Takes back all promises to a machine. */
export async function releasePorts(machineDirectory: string, host: PortHost): Promise<void> {
  await host.withLock(LOCK, LOCK_OPTIONS, async () => {
    const path = join(host.cacheDirectory, "qemu-ports.json");
    await write(path, await promisesOfOthers(path, machineDirectory));
  });
}

/** Whether nobody listens on, or is bound to, this port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  // On macOS a port of one address can be bound while another program listens on it at all addresses, so both questions are asked.
  return (await canListen(port)) && !(await doesAnswer(port));
}

async function choose({ purpose, kept }: PortWish, promised: ReadonlySet<number>, host: PortHost): Promise<number> {
  if (kept !== undefined && !promised.has(kept) && (await isPortFree(kept))) return kept;
  const port = await firstFree(promised);
  if (kept !== undefined)
    host.log.warn(`Port ${kept} of ${LOOPBACK}, until now this machine's for ${purpose}, is taken: it is ${port} from now on.`);
  return port;
}

/** The search begins anywhere, so that a port isn't given to another machine right after its release. */
async function firstFree(promised: ReadonlySet<number>): Promise<number> {
  const start = Math.floor(Math.random() * PORT_COUNT);
  for (let tried = 0; tried < PORT_COUNT; tried++) {
    const port = FIRST_PORT + ((start + tried) % PORT_COUNT);
    if (!promised.has(port) && (await isPortFree(port))) return port;
  }
  throw new DriverError("PORTS_EXHAUSTED", `No port of ${LOOPBACK} from ${FIRST_PORT} to ${FIRST_PORT + PORT_COUNT - 1} is free.`);
}

async function canListen(port: number): Promise<boolean> {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function doesAnswer(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** What is promised to other machines whose folders are still there. A file that is damaged promises nothing: whoever runs holds his ports himself. */
async function promisesOfOthers(path: string, machineDirectory: string): Promise<Promises> {
  const entries = await read(path);
  const others = entries.filter(([, owner]) => owner !== machineDirectory);
  const present = await Promise.all(others.map(([, owner]) => isDirectory(owner)));
  return new Map(others.filter((_, index) => present[index]));
}

async function read(path: string): Promise<readonly (readonly [number, string])[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([port, owner]) => (typeof owner === "string" ? [[Number(port), owner] as const] : []));
  } catch {
    return [];
  }
}

/** What a process that was killed has left beside the file goes, too. */
async function write(path: string, promises: Promises): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, JSON.stringify(Object.fromEntries(promises)), { mode: 0o600 });
  await rename(beside, path);
  if (promises.size === 0) await rm(path, { force: true });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
