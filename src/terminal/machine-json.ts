import type { ListedMachine } from "../machines/list-machines.js";
import { swarmEndpoint } from "../machines/list-machines.js";
import { swarmMasterOf } from "./machine-filter.js";

/** What is looked at for {@link machinesJson}. */
export interface MachinesJsonOptions {
  /** DOCKER_HOST. */
  readonly dockerHost: string | undefined;
}

/** The rows of `ls --json`. What is not known is left out. */
export function machinesJson(machines: readonly ListedMachine[], { dockerHost }: MachinesJsonOptions): readonly object[] {
  return machines.map((machine) => ({
    name: machine.name,
    driver: orNothing(machine.driverName),
    driverMissing: machine.driverIsMissing === true,
    state: machine.status,
    active: dockerHost !== undefined && dockerHost !== "" && [machine.url, swarmEndpoint(machine)].includes(dockerHost),
    url: orNothing(machine.url),
    engineVersion: machine.engineVersion,
    swarm: swarmMasterOf(machine, machines)?.name,
    error: orNothing(machine.error),
    responseMs: machine.responseMs,
  }));
}

function orNothing(text: string): string | undefined {
  return text === "" ? undefined : text;
}
