import { MachineError } from "../errors.js";
import { type ListOptions, listMachines, swarmEndpoint } from "./list-machines.js";
import type { MachineContext } from "./machine-context.js";

/**
 * The name of the machine that `dockerHost` (DOCKER_HOST) points at, its Docker or the classic Swarm it is master of; `undefined` if there is none.
 *
 * @throws {MachineError} `MACHINE_TIMEOUT` if it may be one of those that gave no answer in time
 */
export async function findActive(
  context: MachineContext,
  dockerHost: string | undefined,
  options: ListOptions,
): Promise<string | undefined> {
  if (dockerHost === undefined || dockerHost === "") return undefined;
  const rows = await listMachines(context, await context.store.names(), { ...options, engine: false });
  const active = rows.find((row) => row.url === dockerHost || swarmEndpoint(row) === dockerHost);
  if (active !== undefined) return active.name;
  const late = rows.filter((row) => row.status === "Timeout").map((row) => row.name);
  if (late.length === 0) return undefined;
  throw new MachineError("MACHINE_TIMEOUT", `Error getting active host: timeout. No answer in time from ${late.join(", ")}.`, {
    suggestions: ["docker-machine active --timeout 60"],
  });
}
