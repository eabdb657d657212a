import type { MachineStatus } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { MachineContext } from "./machine-context.js";
import { type OpenMachine, withMachine } from "./open-machine.js";
import { waitForEngine, waitUntilRunning } from "./provision-machine.js";

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
  await withMachine(context, name, async (open) => {
    context.log.info(`Stopping "${name}"...`);
    await assertNot(open, "Stopped", "stopped");
    await operation(open, "stop")();
    context.log.info(`Machine "${name}" was stopped.`);
  });
}

/** Cuts a machine's power. */
export async function killMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Killing "${name}"...`);
    await assertNot(open, "Stopped", "stopped");
    await operation(open, "kill")();
    context.log.info(`Machine "${name}" was killed.`);
  });
}

/** Restarts a machine, or starts a stopped one, and waits until its Docker answers. */
export async function restartMachine(context: MachineContext, name: string): Promise<void> {
  await withMachine(context, name, async (open) => {
    context.log.info(`Restarting "${name}"...`);
    if ((await open.driver.status()) === "Stopped") await operation(open, "start")();
    else await restartRunning(open);
    await waitUntilRunning(context, open);
    await waitForEngine(context, open);
  });
}

async function restartRunning(open: OpenMachine): Promise<void> {
  if (open.driver.restart !== undefined) return open.driver.restart();
  const start = operation(open, "start");
  await operation(open, "stop")();
  await start();
}

async function assertNot(open: OpenMachine, status: MachineStatus, word: string): Promise<void> {
  if ((await open.driver.status()) !== status) return;
  throw new MachineError("MACHINE_STATUS_UNCHANGED", `Machine "${open.name}" is already ${word}.`);
}

function operation(open: OpenMachine, name: "start" | "stop" | "kill"): () => Promise<void> {
  const method = open.driver[name];
  if (method !== undefined) return () => method.call(open.driver);
  throw new MachineError("DRIVER_OPERATION_UNSUPPORTED", `The driver "${open.loaded.name}" can't ${name} the machine "${open.name}".`);
}
