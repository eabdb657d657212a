import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DOCKER_TLS_PORT, isDriverError, type Logger, throwIfAborted, waitFor } from "@docker-machine/driver-sdk";
import type { Certificates } from "../certificates/certificates.js";
import { CERTIFICATE_MODE } from "../certificates/pair.js";
import { type EngineVersion, engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import type { Dial } from "../engine/tls-request.js";
import { MachineError, messageOf } from "../errors.js";
import { PRIVATE_FILE_MODE } from "../files/atomic-file.js";
import type { RemoteFile, SshConnection } from "../ssh/ssh-connection.js";
import type { EngineOptions } from "../store/machine-config.js";
import { conflictingKeys, engineFlags, REMOTE_CERTIFICATES } from "./engine-flags.js";
import { checkSupported, type OperatingSystem, parseOsRelease } from "./operating-system.js";
import { APPLY, INSPECT, INSTALL_DOCKER, JOURNAL, SET_HOSTNAME } from "./scripts.js";
import { serviceDropIn } from "./systemd.js";

/** What {@link provision} sets up, and with what. */
export interface ProvisionRequest {
  readonly machineName: string;
  readonly machineDirectory: string;
  /** Becomes the engine's label `provider`. */
  readonly driverName: string;
  readonly connection: SshConnection;
  readonly engineOptions: EngineOptions;
  readonly certificates: Certificates;
  /** Names and addresses for the server certificate: the host's, and `ServerCertSANs`. */
  readonly certificateHosts: readonly string[];
  /** Docker's endpoint, as the driver tells it: `tcp://10.0.0.5:2376`. */
  readonly engineUrl: string;
  /** The port on which the engine listens on its host. */
  readonly enginePort: number;
  /** Makes a new server certificate even if the present one is good. Default: false. */
  readonly renewCertificates?: boolean;
  /** Milliseconds that Docker may take to answer after it was started. Default: 120,000. */
  readonly engineTimeoutMs?: number;
  /** One line a stage, as the Go program prints them. */
  readonly log: Logger;
  /** What is being done now, for a live display. */
  readonly progress?: (step: string) => void;
  readonly signal: AbortSignal;
}

/** What {@link waitForEngine} asks, and with what. */
export type WaitForEngineRequest = Pick<ProvisionRequest, "connection" | "engineTimeoutMs" | "engineUrl" | "machineDirectory" | "signal">;

/** Where the drop-in with the engine's flags is on a host: where the Go program puts it. */
const DROP_IN = "/etc/systemd/system/docker.service.d/10-machine.conf";
/** Milliseconds for installing Docker with all it needs, on a slow host. */
export const INSTALL_TIMEOUT_MS = 30 * 60_000;

/**
 * Sets up Docker on a host: from a bare Debian or Ubuntu to an engine that answers over TLS.
 * Every step may be repeated, and a host that is set up already is left running: Docker restarts only if a certificate or a flag has changed.
 *
 * @throws {MachineError} `HOST_UNSUPPORTED`, `HOST_NOT_ROOT`, `ENGINE_INSTALL_FAILED`, `ENGINE_CONFIG_CONFLICT`, `ENGINE_OPTION_INVALID`, `ENGINE_NOT_RUNNING`,
 * and what SSH and the certificates throw
 */
export async function provision(request: ProvisionRequest): Promise<void> {
  const { connection, log, machineName, progress = () => undefined } = request;
  log.info("Detecting the provisioner...");
  const system = await inspect(connection);
  log.info(`Provisioning with ${system.id === "ubuntu" ? "ubuntu(systemd)" : system.id}...`);
  progress("Setting the host name");
  await connection.runScript(SET_HOSTNAME, [machineName], { as: "root", purpose: "set the host name" });
  progress("Installing Docker");
  const { dockerdPath, daemonConfig } = await installDocker(request);
  const flags = engineFlags(request);
  checkDaemonConfig(flags, daemonConfig);
  const dropIn = serviceDropIn({ command: [dockerdPath, ...flags], environment: request.engineOptions.Env });
  const certificates = await prepareCertificates(request);
  log.info("Copying certs to the remote machine...");
  log.info("Setting Docker configuration on the remote daemon...");
  await connection.writeFiles([...certificates, { path: DROP_IN, content: dropIn, mode: 0o644 }]);
  progress("Starting Docker");
  await applyConfiguration(request);
  await waitForEngine(request);
}

/**
 * Checks, before anything is made, that the engine options can be written into a service file.
 *
 * @throws {MachineError} `ENGINE_OPTION_INVALID`
 */
export function checkEngineOptions(engineOptions: EngineOptions): void {
  const flags = engineFlags({ engineOptions, driverName: "none", engineUrl: "tcp://127.0.0.1:2376", enginePort: DOCKER_TLS_PORT });
  serviceDropIn({ command: flags, environment: engineOptions.Env });
}

/**
 * Reads what system a host runs, and checks that Docker can be set up there.
 *
 * @throws {MachineError} `HOST_UNSUPPORTED`, `HOST_NOT_ROOT`
 */
export async function inspect(connection: SshConnection): Promise<OperatingSystem> {
  const { stdout } = await connection.runScript(INSPECT, [], { purpose: "read what system it runs" });
  const system = parseOsRelease(stdout);
  checkSupported(system, stdout.includes("systemd=yes"));
  if (stdout.includes("root=yes")) return system;
  const { host, user } = connection.endpoint;
  throw new MachineError(
    "HOST_NOT_ROOT",
    `The user "${user}" on the host ${host} is not root and cannot become root by sudo without a password.`,
    {
      suggestions: [`On the host, as root: apt-get install sudo && echo '${user} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user}`],
    },
  );
}

/** What the engine's environment says of proxies: the host's package manager needs them as well. */
export function proxyVariables({ Env }: EngineOptions): readonly string[] {
  return Env.filter((assignment) => /^(https?|ftp|all|no)_proxy=/i.test(assignment));
}

async function installDocker(request: ProvisionRequest): Promise<{ readonly dockerdPath: string; readonly daemonConfig: string }> {
  const { connection, engineOptions } = request;
  try {
    const { stdout } = await connection.runScript(INSTALL_DOCKER, [engineOptions.InstallURL, ...proxyVariables(engineOptions)], {
      as: "root",
      purpose: `install Docker with ${engineOptions.InstallURL}`,
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
    const [dockerdPath = "", ...daemonConfig] = stdout.split("\n");
    return { dockerdPath, daemonConfig: daemonConfig.join("\n") };
  } catch (error) {
    if (!isDriverError(error) || error.code !== "SSH_COMMAND_FAILED") throw error;
    throw new MachineError("ENGINE_INSTALL_FAILED", error.message, {
      cause: error,
      suggestions: ["Check that the host reaches the address (a proxy: --engine-env), or name another: --engine-install-url"],
    });
  }
}

function checkDaemonConfig(flags: readonly string[], daemonConfig: string): void {
  const keys = conflictingKeys(flags, daemonConfig);
  if (keys.length === 0) return;
  const names = keys.map((key) => `"${key}"`).join(", ");
  throw new MachineError(
    "ENGINE_CONFIG_CONFLICT",
    `/etc/docker/daemon.json on the host has ${names}, which docker-machine sets by flags; Docker refuses to start with both.`,
    { suggestions: [`Remove ${names} from /etc/docker/daemon.json on the host, then: docker-machine provision NAME`] },
  );
}

/** Makes the machine's certificates here, and returns what belongs on the host. */
async function prepareCertificates(request: ProvisionRequest): Promise<readonly RemoteFile[]> {
  const { certificateHosts, certificates, log, machineDirectory, machineName, renewCertificates = false } = request;
  log.info("Copying certs to the local machine directory...");
  await certificates.copyClientFiles(machineDirectory);
  const local = await certificates.ensureServerCertificate({
    machineName,
    machineDirectory,
    hosts: certificateHosts,
    renew: renewCertificates,
  });
  return [
    { path: REMOTE_CERTIFICATES.key, content: await readFile(local.keyPath), mode: PRIVATE_FILE_MODE },
    { path: REMOTE_CERTIFICATES.certificate, content: await readFile(local.certificatePath), mode: CERTIFICATE_MODE },
    { path: REMOTE_CERTIFICATES.ca, content: await readFile(local.caPath), mode: CERTIFICATE_MODE },
  ];
}

async function applyConfiguration({ connection, machineName }: ProvisionRequest): Promise<void> {
  const files = [DROP_IN, ...Object.values(REMOTE_CERTIFICATES)];
  try {
    await connection.runScript(APPLY, files, { as: "root", purpose: "start Docker" });
  } catch (error) {
    if (!isDriverError(error) || error.code !== "SSH_COMMAND_FAILED") throw error;
    const journal = await connection.runScript(JOURNAL, [], { as: "root", purpose: "read Docker's journal" });
    throw new MachineError(
      "ENGINE_NOT_RUNNING",
      `Docker does not start on the host of "${machineName}". The end of its journal:\n${journal.stdout.trim()}`,
      {
        cause: error,
        suggestions: ["Mend what the journal names (often an --engine-opt or the storage driver), then: docker-machine provision NAME"],
      },
    );
  }
}

/**
 * Waits until Docker answers over TLS, and returns its version.
 *
 * @throws {MachineError} `ENGINE_NOT_RUNNING` with the end of its journal, `SSH_CONNECTION_LOST`
 */
export async function waitForEngine(request: WaitForEngineRequest): Promise<EngineVersion> {
  const { connection, engineTimeoutMs = 120_000, engineUrl, machineDirectory, signal } = request;
  const credentials = await readEngineCredentials(machineDirectory);
  const pause = async (durationMs: number): Promise<void> => {
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
    throwIfAborted(signal);
  };
  const isReachedStraight = connection.endpoint.jump === undefined;
  const dial: Dial | undefined = isReachedStraight ? undefined : (host, port) => connection.dial(host, port);
  const probe = async () => {
    try {
      return await engineVersion(engineUrl, credentials, { signal, dial });
    } catch (error) {
      throwIfAborted(signal);
      if (isDriverError(error) && error.code === "SSH_CONNECTION_LOST") throw error;
      throw new Error(messageOf(error), { cause: error });
    }
  };
  try {
    return await waitFor({ signal, sleep: pause }, probe, { description: `Docker at ${engineUrl}`, timeoutMs: engineTimeoutMs });
  } catch (error) {
    throwIfAborted(signal);
    if (isDriverError(error) && error.code === "SSH_CONNECTION_LOST") throw error;
    const journal = await connection.runScript(JOURNAL, [], { as: "root", purpose: "read Docker's journal" });
    throw new MachineError("ENGINE_NOT_RUNNING", `${messageOf(error)} The end of its journal on the host:\n${journal.stdout.trim()}`, {
      cause: error,
      suggestions: ["If the journal has no error, a firewall may drop the port: open it for this computer."],
    });
  }
}
