import { type ListOptions, listMachines } from "./list-machines.js";
import type { MachineContext } from "./machine-context.js";

/** The name of the machine whose Docker `dockerHost` (DOCKER_HOST) points at, if any. */
export async function findActive(
  context: MachineContext,
  dockerHost: string | undefined,
  options: ListOptions,
): Promise<string | undefined> {
  if (dockerHost === undefined || dockerHost === "") return undefined;
  const rows = await listMachines(context, await context.store.names(), { ...options, engine: false });
  return rows.find((row) => row.url === dockerHost)?.name;
}
