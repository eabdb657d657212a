import { setTimeout as sleep } from "node:timers/promises";
import { type MachineStatus, waitFor } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import { setClock } from "./host-clock.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions } from "./machine-host.js";
import { type OpenMachine, withMachine } from "./open-machine.js";
import { hasSsh, isConnectionLost, sshEndpointOf, waitForEngine, waitUntilRunning } from "./provision-machine.js";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Starts a machine and waits until its Docker answers. */
export async function startMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Starting "${name}"...`);
    const before = await statusOtherThan(open, "Running", "running");
    await wake(context, open, before);
    context.log.info(`Machine "${name}" was started.`);
    await waitForEngine(context, open);
  });
}

/** Stops a machine gracefully. */
export async function stopMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "stop", doing: "Stopping", done: "stopped", status: "Stopped" });
}

/** Cuts a machine's power. */
export async function killMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "kill", doing: "Killing", done: "killed", status: "Stopped" });
}

/** Freezes a machine's host in memory. */
export async function pauseMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "pause", doing: "Pausing", done: "paused", status: "Paused" });
}

/** Writes the memory of a machine's host to disk and turns it off. */
export async function saveMachine(context: MachineContext, name: string): Promise<void> {
  await turnOff(context, name, { operation: "save", doing: "Saving", done: "saved", status: "Saved" });
}

type PowerOperation = "start" | "stop" | "kill" | "pause" | "save";

interface TurnOff {
  readonly operation: PowerOperation;
  readonly doing: string;
  readonly done: string;
  readonly status: MachineStatus;
}

async function turnOff(context: MachineContext, name: string, words: TurnOff): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`${words.doing} "${name}"...`);
    const before = await statusOtherThan(open, words.status, words.status.toLowerCase());
    if (before === "Saved" && words.operation !== "kill") throw isSaved(open, words.operation);
    await operation(open, words.operation)();
    context.log.info(`Machine "${name}" was ${words.done}.`);
  });
}

/** Restarts a machine, or starts a stopped one, and waits until its Docker answers. */
export async function restartMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Restarting "${name}"...`);
    const before = await open.driver.status();
    if (before === "Stopped" || before === "Saved" || before === "Paused") await wake(context, open, before);
    if (before !== "Stopped" && before !== "Saved") await restartRunning(context, open);
    await waitUntilRunning(context, open);
    await waitForEngine(context, open);
  });
}

/** Starts a host, and sets the clock of one that slept meanwhile: with an old clock its certificates are not yet valid. */
async function wake(context: MachineContext, open: OpenMachine, before: MachineStatus): Promise<void> {
  await operation(open, "start")();
  await waitUntilRunning(context, open);
  if ((before === "Paused" || before === "Saved") && hasSsh(open.driver)) await setClock(context, open);
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
  const options = connectOptions(context, open.machine);
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

/** @throws {MachineError} `MACHINE_STATUS_UNCHANGED` */
async function statusOtherThan(open: OpenMachine, unwanted: MachineStatus, word: string): Promise<MachineStatus> {
  const status = await open.driver.status();
  if (status !== unwanted) return status;
  throw new MachineError("MACHINE_STATUS_UNCHANGED", `Machine "${open.name}" is already ${word}.`);
}

/** Its host is off already, and its memory is worth something. */
function isSaved({ name }: OpenMachine, verb: PowerOperation): MachineError {
  return new MachineError("MACHINE_STATUS_UNCHANGED", `Cannot ${verb} "${name}": it is off already, and its memory is saved.`, {
    suggestions: [`To go on where it was: docker-machine start ${name}`, `To drop the memory: docker-machine kill ${name}`],
  });
}

function operation(open: OpenMachine, name: PowerOperation): () => Promise<void> {
  const method = open.driver[name];
  if (method !== undefined) return () => method.call(open.driver);
  throw unsupported(open, name);
}

function unsupported({ loaded, name }: OpenMachine, verb: PowerOperation | "restart"): MachineError {
  return new MachineError("DRIVER_OPERATION_UNSUPPORTED", `The driver "${loaded.name}" can't ${verb} the machine "${name}".`);
}
