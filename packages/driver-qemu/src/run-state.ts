import type { JsonValue, MachineStatus } from "@docker-machine/driver-sdk";

/**
 * QEMU's run states (its qapi/run-state.json, `RunState`) as machines' statuses. A state that a later QEMU adds counts as an error.
 * `io-error`: the guest was stopped because a disk of this computer is full; `prelaunch`: QEMU was started, but not yet its processors.
 */
const STATUSES: Readonly<Record<string, MachineStatus>> = {
  running: "Running",
  colo: "Running",
  prelaunch: "Starting",
  inmigrate: "Starting",
  "restore-vm": "Starting",
  paused: "Paused",
  suspended: "Paused",
  debug: "Paused",
  "finish-migrate": "Stopping",
  postmigrate: "Stopping",
  "save-vm": "Stopping",
  shutdown: "Stopping",
  "guest-panicked": "Error",
  "internal-error": "Error",
  "io-error": "Error",
  watchdog: "Error",
};

/** The run state in what `query-status` returns; empty if there is none. */
export function runStateOf(answer: JsonValue): string {
  if (typeof answer !== "object" || answer === null || !("status" in answer)) return "";
  return typeof answer.status === "string" ? answer.status : "";
}

/** A run state as a machine's status. */
export function statusOfRunState(state: string): MachineStatus {
  return STATUSES[state] ?? "Error";
}
