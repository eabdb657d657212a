import { type EngineVersion, engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import { MachineError } from "../errors.js";
import type { MachineContext } from "./machine-context.js";
import { type OpenMachine, openMachine } from "./open-machine.js";

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

/** The version of the Docker that runs on a machine. */
export async function machineEngineVersion(context: MachineContext, name: string): Promise<EngineVersion> {
  const { url, certPath } = await describeConnection(context, name, {});
  return engineVersion(url, await readEngineCredentials(certPath), { signal: context.signal });
}

/**
 * How to reach a machine's Docker, after trying it.
 *
 * @throws {MachineError} `ENGINE_…` if it does not answer over TLS, `MACHINE_NOT_SWARM_MASTER`
 */
export async function checkedConnection(context: MachineContext, name: string, options: ConnectionOptions): Promise<Connection> {
  const connection = await describeConnection(context, name, options);
  await engineVersion(connection.url, await readEngineCredentials(connection.certPath), { signal: context.signal });
  return connection;
}

async function describeConnection(context: MachineContext, name: string, options: ConnectionOptions): Promise<Connection> {
  const open = await openMachine(context, name);
  const url = await open.driver.url();
  const certPath = open.machine.directory;
  // Machines of the Go program's driver "none" have no copies of the client's files in their folder.
  await context.certificates.copyClientFiles(certPath);
  return { url: options.swarm === true ? swarmUrl(open, url) : url, certPath };
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
