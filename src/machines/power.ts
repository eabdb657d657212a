import { setTimeout as sleep } from "node:timers/promises";
import { type MachineStatus, waitFor } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import type { MachineContext } from "./machine-context.js";
import { type OpenMachine, withMachine } from "./open-machine.js";
import { connectOptions, hasSsh, isConnectionLost, sshEndpointOf, waitForEngine, waitUntilRunning } from "./provision-machine.js";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Starts a machine and waits until its Docker answers. */
export async function startMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Starting "${name}"...`);
    await assertNot(open, "Running", "running");
    await operation(open, "start")();
    await waitUntilRunning(context, open);
    context.log.info(`Machine "${name}" was started.`);
    await waitForEngine(context, open);
  });
}

/** Stops a machine gracefully. */
export async function stopMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "stop", doing: "Stopping", done: "stopped" });
}

/** Cuts a machine's power. */
export async function killMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "kill", doing: "Killing", done: "killed" });
}

interface TurnOff {
  readonly operation: "stop" | "kill";
  readonly doing: string;
  readonly done: string;
}

async function turnOff(context: MachineContext, name: string, words: TurnOff): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`${words.doing} "${name}"...`);
    await assertNot(open, "Stopped", "stopped");
    await operation(open, words.operation)();
    context.log.info(`Machine "${name}" was ${words.done}.`);
  });
}

/** Restarts a machine, or starts a stopped one, and waits until its Docker answers. */
export async function restartMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Restarting "${name}"...`);
    if ((await open.driver.status()) === "Stopped") await operation(open, "start")();
    else await restartRunning(context, open);
    await waitUntilRunning(context, open);
    await waitForEngine(context, open);
  });
}

async function restartRunning(context: MachineContext, open: OpenMachine): Promise<void> {
  if (open.driver.restart !== undefined) return open.driver.restart();
  if (open.driver.stop === undefined && hasSsh(open.driver)) return rebootOverSsh(context, open);
  const { start, stop } = open.driver;
  if (start === undefined || stop === undefined) throw unsupported(open, "restart");
  await stop.call(open.driver);
  await start.call(open.driver);
}

/** A host that no provider controls is told to reboot itself; its boot id tells when it has. */
async function rebootOverSsh(context: MachineContext, open: OpenMachine): Promise<void> {
  const { connectSsh, waitForSsh } = await import("../ssh/connect.js");
  const endpoint = await sshEndpointOf(open);
  const options = connectOptions(context, open);
  const bootId = async (connection: SshConnection) => (await connection.run(`cat ${BOOT_ID}`, { purpose: "read its boot id" })).stdout;
  const before = await restartAndReadId();
  await waitFor(
    { signal: context.signal, sleep: (durationMs) => sleep(durationMs, undefined, { signal: context.signal }) },
    async () => {
      try {
        using connection = await waitForSsh(endpoint, options);
        return (await bootId(connection)) !== before;
      } catch (error) {
        // The host goes down while it is asked: that is no answer yet.
        if (isConnectionLost(error)) return false;
        throw error;
      }
    },
    { description: `"${open.name}" to come back`, timeoutMs: context.waitTimeoutMs, timeoutCode: "MACHINE_NOT_RUNNING" },
  );

  async function restartAndReadId(): Promise<string> {
    using connection = await connectSsh(endpoint, options);
    const id = await bootId(connection);
    // In a second, so that this login can end in order.
    await connection.runScript("nohup sh -c 'sleep 1; shutdown -r now' >/dev/null 2>&1 &", [], { as: "root", purpose: "restart it" });
    return id;
  }
}

async function assertNot(open: OpenMachine, status: MachineStatus, word: string): Promise<void> {
  if ((await open.driver.status()) !== status) return;
  throw new MachineError("MACHINE_STATUS_UNCHANGED", `Machine "${open.name}" is already ${word}.`);
}

function operation(open: OpenMachine, name: "start" | "stop" | "kill"): () => Promise<void> {
  const method = open.driver[name];
  if (method !== undefined) return () => method.call(open.driver);
  throw unsupported(open, name);
}

function unsupported({ loaded, name }: OpenMachine, verb: "start" | "stop" | "kill" | "restart"): MachineError {
  return new MachineError("DRIVER_OPERATION_UNSUPPORTED", `The driver "${loaded.name}" can't ${verb} the machine "${name}".`);
}
