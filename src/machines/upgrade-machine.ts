import { engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import { MachineError } from "../errors.js";
import { engineTunnel } from "./engine-tunnel.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions } from "./machine-host.js";
import { type OpenMachine, withMachine } from "./open-machine.js";
import { sshEndpointOf, warnOfEnds } from "./provision-machine.js";

/**
 * Upgrades a running machine's Docker to the newest version that its host's package manager knows, and says from which version to which.
 *
 * @throws {MachineError} `MACHINE_NOT_RUNNING`, `DRIVER_OPERATION_UNSUPPORTED`, and what SSH and the upgrade itself throw
 */
export async function upgradeMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    const endpoint = await sshEndpointOf(open);
    await assertRunning(open);
    const url = await open.driver.url();
    const before = await versionNow(context, open, url);
    context.log.info("Upgrading docker...");
    const { connectSsh } = await import("../ssh/connect.js");
    const { upgradeEngine } = await import("../provision/upgrade.js");
    using connection = await connectSsh(endpoint, connectOptions(context, open.machine));
    const upgrade = await upgradeEngine({
      connection,
      machineName: name,
      machineDirectory: open.machine.directory,
      engineOptions: open.machine.config.HostOptions.EngineOptions,
      engineUrl: url,
      engineTimeoutMs: context.waitTimeoutMs,
      progress: context.progress,
      signal: context.signal,
    });
    const { packageName, engineVersion: after } = upgrade;
    const isUpgraded = upgrade.before !== upgrade.after;
    context.log.info(
      isUpgraded
        ? `Docker on "${name}" was upgraded from ${before ?? "a version that did not answer"} to ${after} (package ${packageName}: ${upgrade.before} to ${upgrade.after}).`
        : `Docker ${after} on "${name}" is already the newest version (package ${packageName} ${upgrade.after}).`,
    );
    warnOfEnds(context, open);
  });
}

async function assertRunning({ name, driver }: OpenMachine): Promise<void> {
  const status = await driver.status();
  if (status === "Running") return;
  throw new MachineError("MACHINE_NOT_RUNNING", `The machine "${name}" must be running to be upgraded, but it is ${status}.`, {
    suggestions: [`docker-machine start ${name}`],
  });
}

/** An engine that doesn't run may be upgraded too. */
async function versionNow(context: MachineContext, open: OpenMachine, url: string): Promise<string | undefined> {
  try {
    using tunnel = await engineTunnel(context, open);
    const credentials = await readEngineCredentials(open.machine.directory);
    const { version } = await engineVersion(url, credentials, { signal: context.signal, dial: tunnel?.dial });
    return version;
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
