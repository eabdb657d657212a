import { randomUUID } from "node:crypto";
import { DriverError, type Host, isDriverError } from "@docker-machine/driver-sdk";
import { DISK_NODE } from "./arguments.js";
import { deleteSnapshot } from "./disk-image.js";
import { findQemu } from "./find-qemu.js";
import { guestArchitecture } from "./guest-architecture.js";
import type { QemuMachine } from "./machine.js";
import { machineFiles } from "./machine-files.js";
import type { QemuProcess } from "./qemu-process.js";
import type { Qmp } from "./qmp.js";

/** The snapshot in the machine's disk that holds its memory. */
const TAG = "docker-machine-memory";
/** A gigabyte takes seconds on an SSD, and a minute on a slow disk. */
const JOB_TIMEOUT_MS = 15 * 60_000;

/**
 * Writes the guest's memory into its disk, as a snapshot, and ends QEMU. The guest is stopped before, so that memory and disk belong together whenever
 * the process dies: until the state says that memory is saved, the guest can be woken; from then on, it is restored.
 *
 * @throws {DriverError} `SAVE_BLOCKED`, `SAVE_FAILED`; then the guest goes on as before
 */
export async function saveMemory(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  if (machine.state.SavedMachineType === undefined) {
    const wasRunning = (await process.status()) === "Running";
    host.progress("Writing the memory to the disk");
    try {
      const machineType = await process.withQmp((qmp) => writeSnapshot(qmp, machine.name));
      await machine.persist({ SavedMachineType: machineType });
    } catch (error) {
      if (wasRunning && !host.signal.aborted) await process.resume().catch(() => undefined);
      throw error;
    }
  }
  await process.terminate();
}

async function writeSnapshot(qmp: Qmp, machineName: string): Promise<string> {
  await assertUnblocked(qmp, machineName);
  const machineType = await readMachineType(qmp);
  await qmp.execute("stop");
  // One may be left of a command that was killed.
  await qmp.runJob("snapshot-delete", snapshotJob(), { timeoutMs: JOB_TIMEOUT_MS });
  try {
    await qmp.runJob("snapshot-save", { ...snapshotJob(), vmstate: DISK_NODE }, { timeoutMs: JOB_TIMEOUT_MS });
  } catch (error) {
    if (!isDriverError(error) || error.code !== "QMP_JOB_FAILED") throw error;
    throw new DriverError("SAVE_FAILED", `The memory of "${machineName}" can't be saved: ${error.message}`, {
      cause: error,
      suggestions: [`docker-machine stop ${machineName}`],
    });
  }
  return machineType;
}

/** What can't be moved can't be saved: QEMU tells both together. */
async function assertUnblocked(qmp: Qmp, machineName: string): Promise<void> {
  const answer = (await qmp.execute("query-migrate")) as { readonly "blocked-reasons"?: readonly string[] };
  const reasons = answer["blocked-reasons"] ?? [];
  if (reasons.length === 0) return;
  throw new DriverError("SAVE_BLOCKED", `The memory of "${machineName}" can't be saved: ${reasons.join("; ")}.`, {
    suggestions: [
      "Unmount shared folders in the guest, if it has any.",
      `docker-machine pause ${machineName}`,
      `docker-machine stop ${machineName}`,
    ],
  });
}

/** `pc-q35-7.2` rather than `q35`, which means another machine after an update of QEMU. */
async function readMachineType(qmp: Qmp): Promise<string> {
  return String(await qmp.execute("qom-get", { path: "/machine", property: "type" })).replace(/-machine$/, "");
}

/**
 * Loads the saved memory into a QEMU that was just started and waits, and lets the guest go on.
 *
 * @throws {DriverError} `RESTORE_FAILED`; the memory stays saved
 */
export async function restoreMemory(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  await process
    .withQmp((qmp) => qmp.runJob("snapshot-load", { ...snapshotJob(), vmstate: DISK_NODE }, { timeoutMs: JOB_TIMEOUT_MS }))
    .catch(async (error: unknown) => {
      if (!isDriverError(error) || error.code !== "QMP_JOB_FAILED") throw error;
      await process.terminate();
      throw new DriverError("RESTORE_FAILED", `The saved memory of "${machine.name}" can't be restored: ${error.message}`, {
        cause: error,
        suggestions: [`docker-machine kill ${machine.name}`, `docker-machine start ${machine.name}`],
      });
    });
  // First the state, then the guest: a guest that has gone on must never be put back.
  await machine.persist({ SavedMachineType: undefined });
  await process.resume();
  await process
    .withQmp((qmp) => qmp.runJob("snapshot-delete", snapshotJob(), { timeoutMs: JOB_TIMEOUT_MS }))
    .catch((error: unknown) => {
      if (host.signal.aborted) throw error;
      host.log.debug(`The memory that was restored still takes room in the disk: ${String(error)}`);
    });
}

/** Forgets the memory of a machine that doesn't run. */
export async function dropSavedMemory(machine: QemuMachine, host: Host): Promise<void> {
  await machine.persist({ SavedMachineType: undefined });
  const qemu = await findQemu(guestArchitecture(machine.options), host);
  await deleteSnapshot({ qemu, host }, machineFiles(machine.directory).disk, TAG);
}

/** The other disks aren't in it: nobody writes to them while the machine is off. */
function snapshotJob(): { readonly "job-id": string; readonly tag: string; readonly devices: readonly string[] } {
  return { "job-id": `docker-machine-${randomUUID()}`, tag: TAG, devices: [DISK_NODE] };
}
