import { isDriverError } from "@docker-machine/driver-sdk";
import { endWarnings } from "../certificates/end-warnings.js";
import { type EngineCredentials, type EngineVersion, engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import { prepareTls } from "../engine/tls-request.js";
import { MachineError } from "../errors.js";
import { engineTunnel, jumpedEndpoint } from "./engine-tunnel.js";
import type { MachineContext } from "./machine-context.js";
import { type OpenMachine, openMachine } from "./open-machine.js";
import { isCheckedRecently, rememberCheck } from "./recent-check.js";

/** What a Docker client needs to reach a machine. */
export interface Connection {
  /** Such as `tcp://10.0.0.5:2376`. */
  readonly url: string;
  /** The folder that holds ca.pem, cert.pem and key.pem. */
  readonly certPath: string;
}

/** Which of a machine's two endpoints is meant. */
export interface ConnectionOptions {
  /** The classic Swarm master on it, instead of its own Docker. Default: false. */
  readonly swarm?: boolean;
}

/** Docker's endpoint of a machine. */
export async function machineUrl(context: MachineContext, name: string): Promise<string> {
  return (await openMachine(context, name)).driver.url();
}

/** The address of a machine's host, never with a port: a machine of the driver `none` has saved that of its URL too, as the Go program does. */
export async function machineAddress(context: MachineContext, name: string): Promise<string> {
  const address = await (await openMachine(context, name)).driver.address();
  const [, bracketed, plain] = /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/.exec(address) ?? [];
  return bracketed ?? plain ?? address;
}

/** What NO_PROXY must hold so that a machine is reached directly: its address, with the port if that is all that is known of it. */
export async function proxyException(context: MachineContext, name: string): Promise<string> {
  return (await openMachine(context, name)).driver.address();
}

/** The version of the Docker that runs on a machine. */
export async function machineEngineVersion(context: MachineContext, name: string): Promise<EngineVersion> {
  const open = await openMachine(context, name);
  return (await askEngine(context, open, await open.driver.url())).version;
}

/**
 * How to reach a machine's Docker, after trying it. What answered over TLS within the last three seconds is not asked again.
 *
 * @throws {MachineError} `ENGINE_…` if it does not answer over TLS, `MACHINE_NOT_SWARM_MASTER`
 */
export async function checkedConnection(context: MachineContext, name: string, options: ConnectionOptions): Promise<Connection> {
  const open = await openMachine(context, name);
  const engineUrl = await open.driver.url();
  const url = options.swarm === true ? swarmUrl(open, engineUrl) : engineUrl;
  const certPath = open.machine.directory;
  await warnOfJumpHost(context, open);
  if (isCheckedRecently(certPath, url)) return { url, certPath };
  const { warnings } = await askEngine(context, open, url);
  // A warning is for every command, not for one in three seconds.
  if (warnings.length === 0) rememberCheck(certPath, url);
  return { url, certPath };
}

/** A Docker client can't log in through another host by itself. The machine's certificate names `localhost`, too. */
async function warnOfJumpHost({ log }: MachineContext, { name, driver }: OpenMachine): Promise<void> {
  const endpoint = await jumpedEndpoint(driver);
  if (endpoint === undefined) return;
  const port = await driver.enginePort();
  log.warn(
    `Docker of "${name}" is only reached through the host ${endpoint.jump.host}. For a Docker client, keep this running: ` +
      `docker-machine ssh ${name} -N -L ${port}:localhost:${port}; and set DOCKER_HOST=tcp://localhost:${port}`,
  );
}

/** What an engine's answer comes to if a certificate has ended. */
const CERTIFICATE_ERRORS: readonly string[] = ["ENGINE_CERTIFICATE_INVALID", "ENGINE_CLIENT_REFUSED"];

interface EngineAnswer {
  readonly version: EngineVersion;
  /** What was told of certificates that end soon. */
  readonly warnings: readonly string[];
}

/** If the client's files don't belong together, whoever copied them was killed: then they are copied again. */
async function askEngine(context: MachineContext, open: OpenMachine, url: string): Promise<EngineAnswer> {
  prepareTls();
  const certPath = open.machine.directory;
  using tunnel = await engineTunnel(context, open);
  const ask = async () => engineVersion(url, await credentialsIn(context, certPath), { dial: tunnel?.dial });
  const warn = () => {
    const warnings = endWarnings(certPath);
    for (const warning of warnings) context.log.warn(warning);
    return warnings;
  };
  try {
    const version = await ask();
    return { version, warnings: warn() };
  } catch (error) {
    if (isDriverError(error) && CERTIFICATE_ERRORS.includes(error.code)) warn();
    if (!isDriverError(error) || error.code !== "ENGINE_CREDENTIALS_MISMATCH") throw error;
    const certificates = await context.certificates();
    if (!(await certificates.isOurs(certPath))) throw error;
    await certificates.copyClientFiles(certPath);
    return { version: await ask(), warnings: [] };
  }
}

/** The client's files in a machine's folder. Machines of the Go program's driver "none" have no copies there: they get them now. */
async function credentialsIn(context: MachineContext, certPath: string): Promise<EngineCredentials> {
  try {
    return readEngineCredentials(certPath);
  } catch (error) {
    if (!isDriverError(error) || error.code !== "ENGINE_CREDENTIALS_MISSING") throw error;
    const certificates = await context.certificates();
    await certificates.copyClientFiles(certPath).catch(() => {
      throw error;
    });
    return readEngineCredentials(certPath);
  }
}

function swarmUrl(open: OpenMachine, url: string): string {
  const { SwarmOptions } = open.machine.config.HostOptions;
  if (!SwarmOptions.Master) {
    throw new MachineError(
      "MACHINE_NOT_SWARM_MASTER",
      `"${open.name}" is not a swarm master. The --swarm flag is intended for use with swarm masters.`,
    );
  }
  const { port } = new URL(SwarmOptions.Host);
  const { hostname } = new URL(url);
  return `tcp://${hostname}:${port}`;
}
