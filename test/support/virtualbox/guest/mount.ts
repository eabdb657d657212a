import type { Machine } from "../model/machine.ts";
import { driveName, monitorPath } from "./machine-files.ts";
import { Qmp } from "./qmp.ts";

/** Puts another disc into a drive of a running machine, or takes it out. */
export async function mountInQemu(
  home: string,
  change: { machine: Machine; place: { controller: string; port: number; device: number }; location: string | undefined },
): Promise<void> {
  const { controller, port, device } = change.place;
  const id = `dev-${driveName(controller, port, device)}`;
  const qmp = await Qmp.connect(monitorPath(home, change.machine, "control"));
  try {
    if (change.location === undefined) await qmp.run("eject", { id, force: true });
    else await qmp.run("blockdev-change-medium", { id, filename: change.location, force: true });
  } finally {
    qmp.close();
  }
}
