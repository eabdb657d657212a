import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { qemuFormat } from "../model/disk-images.ts";
import type { Machine } from "../model/machine.ts";
import type { ServiceState } from "../model/service-state.ts";
import { diskSocket, driveName } from "./machine-files.ts";

/** A disk that a process of its own serves to QEMU: QEMU saves no machine that has a VDI or VMDK open (its migration blockers). */
export interface ServedDisk {
  readonly socket: string;
  readonly args: readonly string[];
}

/** The disks of a machine that are served. */
export function servedDisks(machine: Machine, state: ServiceState, home: string): ServedDisk[] {
  return machine.controllers.flatMap((controller) =>
    controller.attached.flatMap(({ port, device, kind, medium }) => {
      const found = state.media.find(({ id }) => id === medium);
      if (kind !== "hdd" || found === undefined || found.format === "RAW") return [];
      const socket = diskSocket(home, machine, driveName(controller.name, port, device));
      const format = qemuFormat(found.format) ?? "raw";
      return [
        {
          socket,
          args: ["--socket", socket, "--format", format, "--cache=unsafe", "--discard=unmap", "--detect-zeroes=unmap", found.location],
        },
      ];
    }),
  );
}

/** Starts the servers. Each ends when QEMU lets go of its disk, or with this process. */
export async function serveDisks(disks: readonly ServedDisk[], output: number): Promise<ChildProcess[]> {
  const servers = disks.map(({ args }) =>
    spawn("setpriv", ["--pdeathsig", "KILL", "qemu-nbd", ...args], { stdio: ["ignore", output, output] }),
  );
  for (const [index, { socket }] of disks.entries()) {
    while (!existsSync(socket)) {
      if (servers[index]?.exitCode !== null) throw new Error(`the disk could not be opened: qemu-nbd ${disks[index]?.args.join(" ")}`);
      await sleep(10);
    }
  }
  return servers;
}

/** Waits until the servers have closed their files. */
export async function disksClosed(servers: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    servers.map((server) =>
      server.exitCode === null && server.signalCode === null ? new Promise((done) => server.once("close", done)) : undefined,
    ),
  );
}
