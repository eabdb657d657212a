import { open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DriverError, type Host, isDriverError, waitFor } from "@docker-machine/driver-sdk";

/** One start of QEMU. */
export interface Launch {
  readonly machineName: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Where QEMU writes what it has to say once it is in the background. */
  readonly logPath: string;
}

/** What starting QEMU needs of a driver's host. */
export type LaunchHost = Pick<Host, "run" | "log" | "signal" | "sleep">;

const START_TIMEOUT_MS = 60_000;
const SHOWN_LOG_LINES = 10;

/**
 * Starts QEMU in the background, where it closes what it has of ours, and returns when it is ready (`-daemonize`: Linux, macOS).
 *
 * @throws {DriverError} `QEMU_PORT_TAKEN`, `QEMU_START_FAILED`
 */
export async function launchDaemon({ machineName, program, args, logPath }: Launch, host: LaunchHost): Promise<void> {
  await rm(logPath, { force: true });
  const daemonArgs = [...args, "-D", logPath, "-daemonize"];
  try {
    const { exitCode, stderr } = await host.run(program, daemonArgs, { acceptedExitCodes: [0, 1], timeoutMs: START_TIMEOUT_MS });
    // From -D on, a daemon's errors are in its log.
    if (exitCode !== 0) throw startFailed(machineName, `${stderr}${await lastLines(logPath)}`);
    if (stderr.trim() !== "") host.log.debug(`QEMU said: ${stderr.trim()}`);
  } catch (error) {
    if (!isDriverError(error) || (error.code !== "COMMAND_FAILED" && error.code !== "COMMAND_TIMEOUT")) throw error;
    throw startFailed(machineName, `${error.message}\n${await lastLines(logPath)}`);
  }
}

/**
 * Starts QEMU in the background and waits until it is ready (Windows, which has no `-daemonize`).
 *
 * @param isReady whether its monitor answers
 * @throws {DriverError} `QEMU_PORT_TAKEN`, `QEMU_START_FAILED`
 */
export async function launchDetached(
  { machineName, program, args, logPath }: Launch,
  host: LaunchHost,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const { spawn } = await import("node:child_process");
  await rm(logPath, { force: true });
  const log = await open(logPath, "a", 0o600);
  let ended: string | undefined;
  try {
    // A process's working folder can't be deleted on Windows, so it is not that of whoever starts the machine.
    const options = { cwd: dirname(program), detached: true, windowsHide: true };
    const child = spawn(program, args, { ...options, stdio: ["ignore", log.fd, log.fd] });
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      ended = `it ended with ${code ?? signal}`;
    });
    child.unref();
  } finally {
    await log.close();
  }
  const probe = async () => {
    if (ended !== undefined) throw startFailed(machineName, `${await lastLines(logPath)} (${ended})`);
    return isReady();
  };
  await waitFor(host, probe, {
    description: `QEMU of "${machineName}" to answer`,
    timeoutMs: START_TIMEOUT_MS,
    intervalMs: 100,
    maxIntervalMs: 500,
    timeoutCode: "QEMU_START_FAILED",
  });
}

/** What QEMU has said last; empty if it said nothing. */
async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-SHOWN_LOG_LINES).join("\n").trim();
}

/** QEMU prefixes its lines with its own name or path, which says nothing here. */
function startFailed(machineName: string, output: string): DriverError {
  const words = output.trim().replaceAll(/^\S*qemu-system-\S+: /gm, "");
  const message = `QEMU could not start "${machineName}": ${words}`;
  // net/slirp.c: "Could not set up host forwarding rule 'tcp:127.0.0.1:20022-:22'"; util/qemu-sockets.c for the monitor's port.
  if (/Could not set up host forwarding rule|Failed to find an available port|Address already in use/.test(words)) {
    return new DriverError("QEMU_PORT_TAKEN", message, { suggestions: [`docker-machine start ${machineName}`] });
  }
  return new DriverError("QEMU_START_FAILED", message, { suggestions: [`docker-machine --debug start ${machineName}`] });
}
