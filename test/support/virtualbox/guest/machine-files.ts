import { join } from "node:path";
import type { Machine } from "../model/machine.ts";

/** Where the process of a machine has its sockets: a short path, since a socket's is limited to 107 bytes. */
export function monitorPath(home: string, machine: Machine, monitor: "control" | "events"): string {
  return join(home, "run", `${machine.id.slice(0, 8)}.${monitor}`);
}

/** Where the number of a machine's QEMU process stands. */
export function pidPath(home: string, machine: Machine): string {
  return join(home, "run", `${machine.id.slice(0, 8)}.pid`);
}

/** QEMU's name of the drive at a place of a controller. */
export function driveName(controller: string, port: number, device: number): string {
  return `${controller.replaceAll(/[^A-Za-z0-9]/g, "_")}-${port}-${device}`;
}

/** Where the disk at a place of a controller is served to QEMU. */
export function diskSocket(home: string, machine: Machine, drive: string): string {
  return join(home, "run", `${machine.id.slice(0, 8)}.${drive}`);
}
