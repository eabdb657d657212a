import { type BaseDriver, type DriverError, isDriverError, type SshEndpoint, waitFor } from "@docker-machine/driver-sdk";
import { endWarnings } from "../certificates/end-warnings.js";
import { engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import { MachineError, messageOf } from "../errors.js";
import { engineTunnel } from "./engine-tunnel.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions, machineHost } from "./machine-host.js";
import { type OpenMachine, withMachine } from "./open-machine.js";

const PROVISION_ATTEMPTS = 3;

/** How {@link provisionMachine} treats what is there already. */
export interface ProvisionMachineOptions {
  /** Whether the server's key and certificate are made anew even if they are good. Default: false. */
  readonly renewCertificates?: boolean;
}

/**
 * Sets up Docker on a machine whose host is started: waits until it runs and SSH answers, then provisions. May be repeated.
 *
 * @throws {MachineError} whatever the SSH, provisioning and engine parts throw
 */
export async function provisionMachine(context: MachineContext, open: OpenMachine, options: ProvisionMachineOptions = {}): Promise<void> {
  const { log, signal } = context;
  log.info("Waiting for machine to be running, this may take a few minutes...");
  await waitUntilRunning(context, open);
  log.info("Detecting operating system of created instance...");
  log.info("Waiting for SSH to be available...");
  await provisionOverSsh(context, open, options);
  log.info("Checking connection to Docker...");
  using tunnel = await engineTunnel(context, open);
  await engineVersion(await open.driver.url(), await readEngineCredentials(open.machine.directory), { signal, dial: tunnel?.dial });
  log.info("Docker is up and running!");
}

/** A host that still boots may restart its SSH server, as cloud-init does. Provisioning may be repeated, so it is. */
async function provisionOverSsh(context: MachineContext, open: OpenMachine, options: ProvisionMachineOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await provisionOnce(context, open, options);
    } catch (error) {
      if (attempt === PROVISION_ATTEMPTS || !isConnectionLost(error)) throw error;
      context.log.debug(`${messageOf(error)} Trying again.`);
    }
  }
}

async function provisionOnce(context: MachineContext, open: OpenMachine, options: ProvisionMachineOptions): Promise<void> {
  const { waitForSsh } = await import("../ssh/connect.js");
  const { provision } = await import("../provision/provision.js");
  const { log, signal } = context;
  using connection = await waitForSsh(await sshEndpointOf(open), {
    ...connectOptions(context, open.machine),
    deadlineMs: context.waitTimeoutMs,
  });
  const { HostOptions } = open.machine.config;
  await provision({
    machineName: open.name,
    machineDirectory: open.machine.directory,
    driverName: open.machine.config.DriverName,
    connection,
    engineOptions: HostOptions.EngineOptions,
    certificates: await context.certificates(),
    certificateHosts: [await open.driver.address(), ...HostOptions.AuthOptions.ServerCertSANs],
    engineUrl: await open.driver.url(),
    enginePort: await open.driver.enginePort(),
    log,
    progress: context.progress,
    signal,
    engineTimeoutMs: context.waitTimeoutMs,
    renewCertificates: options.renewCertificates ?? false,
  });
}

/** Whether a login was cut, which says nothing against trying again. */
export function isConnectionLost(error: unknown): boolean {
  return isDriverError(error) && error.code === "SSH_CONNECTION_LOST";
}

/**
 * Provisions an existing machine again, and so also finishes one whose creation ended in provisioning.
 *
 * @throws {MachineError} whatever {@link provisionMachine} throws; `DRIVER_OPERATION_UNSUPPORTED` if there is no login and nothing left to finish
 */
export async function provisionAgain(context: MachineContext, name: string, options: ProvisionMachineOptions = {}): Promise<void> {
  await withMachine(context, name, async (open) => {
    const isFinished = (open.machine.config.DockerMachine?.Progress ?? "provisioned") === "provisioned";
    if (hasSsh(open.driver)) await provisionMachine(context, open, options);
    else if (isFinished) await sshEndpointOf(open);
    await open.machine.persistProgress("provisioned");
    warnOfEnds(context, open);
  });
}

/** Says which of a machine's certificates end soon. */
export function warnOfEnds({ log }: MachineContext, { machine }: OpenMachine): void {
  for (const warning of endWarnings(machine.directory)) log.warn(warning);
}

/** Waits until a started machine's Docker answers; provisions it again if its address is no longer the one in its certificate. */
export async function waitForEngine(context: MachineContext, open: OpenMachine): Promise<void> {
  if (!hasSsh(open.driver)) return;
  context.progress("Waiting for Docker");
  const url = await open.driver.url();
  const credentials = await readEngineCredentials(open.machine.directory);
  try {
    using tunnel = await engineTunnel(context, open, { waitMs: context.waitTimeoutMs });
    await waitFor(
      machineHost(context, open.machine),
      async () => {
        try {
          return await engineVersion(url, credentials, { signal: context.signal, dial: tunnel?.dial });
        } catch (error) {
          if (isDriverError(error) && isFinal(error)) throw error;
          throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
        }
      },
      { description: `Docker of "${open.name}" at ${url}`, timeoutMs: context.waitTimeoutMs, timeoutCode: "ENGINE_UNREACHABLE" },
    );
    warnOfEnds(context, open);
  } catch (error) {
    if (!(isDriverError(error) && error.code === "ENGINE_CERTIFICATE_INVALID")) throw error;
    context.log.info(`The certificate of "${open.name}" does not fit ${url}, making a new one...`);
    await provisionMachine(context, open);
  }
}

/** The way through SSH has waited already for what waiting can mend, except where it was lost on the way. */
function isFinal(error: DriverError): boolean {
  return error.code === "ENGINE_CERTIFICATE_INVALID" || (error.code.startsWith("SSH_") && !isConnectionLost(error));
}

/**
 * How to log in to a machine.
 *
 * @throws {MachineError} `DRIVER_OPERATION_UNSUPPORTED` if its driver knows no login
 */
export async function sshEndpointOf(open: OpenMachine): Promise<SshEndpoint> {
  if (open.driver.sshEndpoint === undefined) {
    throw new MachineError(
      "DRIVER_OPERATION_UNSUPPORTED",
      `The machine "${open.name}" has no SSH login: its driver "${open.loaded.name}" knows none.`,
    );
  }
  return open.driver.sshEndpoint();
}

/** Whether the machine's host can be logged in to, and so be provisioned. */
export function hasSsh(driver: BaseDriver): boolean {
  return driver.sshEndpoint !== undefined;
}

/** Asks the driver until the machine is running. */
export async function waitUntilRunning(context: MachineContext, open: OpenMachine): Promise<void> {
  await waitFor(machineHost(context, open.machine), async () => (await open.driver.status()) === "Running", {
    description: `the machine "${open.name}" to run`,
    timeoutMs: context.waitTimeoutMs,
    timeoutCode: "MACHINE_NOT_RUNNING",
  });
}
