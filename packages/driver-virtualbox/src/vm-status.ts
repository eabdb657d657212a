import type { MachineStatus } from "@docker-machine/driver-sdk";

/** VirtualBox's machine states, as `machineStateToName` of its `VBoxManageInfo.cpp` writes them. */
const STATUSES: Readonly<Record<string, MachineStatus>> = {
  poweroff: "Stopped",
  aborted: "Stopped",
  teleported: "Stopped",
  saved: "Saved",
  "aborted-saved": "Saved",
  running: "Running",
  livesnapshotting: "Running",
  onlinesnapshotting: "Running",
  teleporting: "Running",
  deletingsnapshotlive: "Running",
  paused: "Paused",
  teleportingpausedvm: "Paused",
  deletingsnapshotlivepaused: "Paused",
  starting: "Starting",
  restoring: "Starting",
  settingup: "Starting",
  teleportingin: "Starting",
  stopping: "Stopping",
  saving: "Stopping",
  snapshotting: "Stopped",
  restoringsnapshot: "Stopped",
  deletingsnapshot: "Stopped",
};

/** A virtual machine's state in docker-machine's words. `gurumeditation`, and a machine whose settings can't be read, are an `Error`. */
export function statusOfState(state: string): MachineStatus {
  return STATUSES[state] ?? "Error";
}
