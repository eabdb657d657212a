import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { DriverError, type WaitHost, waitFor } from "@docker-machine/driver-sdk";
import { exists } from "./exists.js";
import { findVirtiofsd } from "./find-virtiofsd.js";
import { machineFiles } from "./machine-files.js";
import type { SharedFolderState } from "./state.js";

/** QEMU's former virtiofsd, of before QEMU 8, takes other options than the one in Rust. */
const FORMER = "/usr/lib/qemu/virtiofsd";
const START_TIMEOUT_MS = 10_000;

/**
 * Starts a virtiofsd for each folder that is shared over virtiofs. It waits for QEMU, serves it, and ends with it.
 *
 * @throws {DriverError} `VIRTIOFSD_MISSING`, `VIRTIOFSD_FAILED`
 */
export async function serveSharedFolders(folders: readonly SharedFolderState[], directory: string, host: WaitHost): Promise<void> {
  await dismissVirtiofsd(folders, directory);
  for (const [index, { Directory, Type }] of folders.entries()) {
    if (Type === "virtiofs") await serve(Directory, machineFiles(directory).shareSocket(index), host);
  }
}

/** Ends those that wait for a QEMU that never came: they end when their client leaves. */
export async function dismissVirtiofsd(folders: readonly SharedFolderState[], directory: string): Promise<void> {
  for (const [index, { Type }] of folders.entries()) {
    if (Type !== "virtiofs") continue;
    const socketPath = machineFiles(directory).shareSocket(index);
    await visit(socketPath);
    for (const path of [socketPath, `${socketPath}.pid`]) await rm(path, { force: true });
  }
}

async function serve(folder: string, socketPath: string, host: WaitHost): Promise<void> {
  const program = await findVirtiofsd();
  const logPath = socketPath.replace(/sock$/, "log");
  const log = await open(logPath, "w", 0o600);
  try {
    const child = spawn(program, virtiofsdArguments(program, folder, socketPath), { detached: true, stdio: ["ignore", log.fd, log.fd] });
    child.unref();
    await once(child, "spawn");
    await waitFor(host, () => isServing(child.exitCode ?? (child.signalCode === null ? 0 : 1), socketPath, logPath), {
      description: `virtiofsd to share ${folder}`,
      timeoutMs: START_TIMEOUT_MS,
      intervalMs: 20,
    });
  } finally {
    await log.close();
  }
}

async function isServing(exitCode: number, socketPath: string, logPath: string): Promise<boolean> {
  if (exitCode === 0) return exists(socketPath);
  const words = (await readFile(logPath, "utf8")).trim().split("\n").slice(-3).join(" ");
  throw new DriverError("VIRTIOFSD_FAILED", `virtiofsd ended at once: ${words}`, { suggestions: [`cat ${logPath}`] });
}

function virtiofsdArguments(program: string, folder: string, socketPath: string): string[] {
  // In an option list of libfuse, a comma is escaped by a backslash.
  if (program === FORMER) return [`--socket-path=${socketPath}`, "-o", `source=${folder.replaceAll(/[\\,]/g, "\\$&")}`];
  return [`--socket-path=${socketPath}`, `--shared-dir=${folder}`];
}

async function visit(socketPath: string): Promise<void> {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    socket.end();
    await once(socket, "close");
  } catch {
    // Nobody listens: there is nobody to dismiss.
  } finally {
    socket.destroy();
  }
}
