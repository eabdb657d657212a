import { DriverError, type Host, isDriverError, waitFor } from "@docker-machine/driver-sdk";
import type { VirtualMachine } from "./virtual-machine.js";
import { statusOfState } from "./vm-status.js";

const INTERVAL_MS = 1000;
/** A guest that is still booting doesn't hear its power button, so it is pressed again. */
const PROBES_PER_PRESS = 20;

/** How a virtual machine is stopped. */
export interface StopPlan {
  readonly host: Host;
  readonly vm: VirtualMachine;
  readonly machineName: string;
  readonly timeoutMs: number;
}

/**
 * Presses a virtual machine's power button, waking it before if it is paused, and waits until it is off.
 *
 * @throws {DriverError} `VIRTUALBOX_STOP_TIMEOUT`, `VIRTUALBOX_VM_MISSING`
 */
export async function stopVm({ host, vm, machineName, timeoutMs }: StopPlan): Promise<void> {
  const status = statusOfState((await vm.settled()).state);
  if (status === "Stopped" || status === "Saved") return;
  if (status === "Paused") await vm.command("controlvm", "resume");
  let probes = 0;
  try {
    await waitFor(host, () => pressAndLook(vm, probes++), {
      description: `"${machineName}" to shut down`,
      timeoutMs,
      intervalMs: INTERVAL_MS,
      maxIntervalMs: INTERVAL_MS,
      timeoutCode: "VIRTUALBOX_STOP_TIMEOUT",
    });
  } catch (error) {
    throw withAdvice(error, machineName);
  }
}

async function pressAndLook(vm: VirtualMachine, probe: number): Promise<boolean> {
  if (probe % PROBES_PER_PRESS === 0) await vm.pressPowerButton();
  return ["Stopped", "Saved"].includes(statusOfState((await vm.mustExist()).state));
}

function withAdvice(error: unknown, machineName: string): unknown {
  if (!isDriverError(error) || error.code !== "VIRTUALBOX_STOP_TIMEOUT") return error;
  return new DriverError(error.code, error.message, {
    cause: error.cause,
    suggestions: [`docker-machine kill ${machineName}`, "Give it more time next time: create with --virtualbox-stop-timeout SECONDS"],
  });
}
