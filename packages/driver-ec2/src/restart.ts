import { type Host, isDriverError, type SshEndpoint, throwIfAborted, waitFor } from "@docker-machine/driver-sdk";
import { awaitRunning } from "./await-running.js";
import { expectInstance, openInstance } from "./instance.js";
import type { Ec2Machine } from "./machine.js";
import { startInstance } from "./power.js";

/** AWS cuts the power of a guest that hasn't shut down within four minutes. Source: RebootInstances in the API reference. */
const REBOOTED_WITHIN_MS = 6 * 60_000;
const SSH_ANSWER_MS = 10_000;

/**
 * Reboots the instance, which keeps its addresses, and waits until another boot answers. AWS doesn't tell when the reboot is done, but the guest has
 * another boot id then. A guest that didn't answer before isn't waited for.
 */
export async function restartInstance(machine: Ec2Machine, host: Host, login: () => Promise<SshEndpoint>): Promise<void> {
  const launched = await openInstance(machine, host);
  const instance = await expectInstance(machine, launched, host);
  const state = instance?.State?.Name;
  if (state === "stopped" || state === "stopping") return startInstance(machine, host);
  await awaitRunning(machine, launched, host);
  const endpoint = await login();
  const before = await bootId(endpoint, host);
  await launched.aws.ec2("RebootInstances", { InstanceIds: [launched.id] });
  if (before === undefined) return;
  const hasRebooted = async () => {
    const now = await bootId(endpoint, host);
    return now !== undefined && now !== before;
  };
  await waitFor(host, hasRebooted, {
    description: `the instance ${launched.id} to reboot`,
    timeoutMs: REBOOTED_WITHIN_MS,
    intervalMs: 2000,
    timeoutCode: "EC2_REBOOT_TIMEOUT",
  });
}

/** What Linux makes anew at each boot; `undefined` while nothing answers. */
async function bootId(endpoint: SshEndpoint, host: Host): Promise<string | undefined> {
  try {
    const { stdout } = await host.runOverSsh(endpoint, ["cat", "/proc/sys/kernel/random/boot_id"], { timeoutMs: SSH_ANSWER_MS });
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch (error) {
    throwIfAborted(host.signal);
    if (isDriverError(error)) return undefined;
    throw error;
  }
}
