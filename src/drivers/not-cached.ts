import { MachineError } from "../errors.js";

/**
 * What an offline run lacks.
 *
 * @param what names it whole: a package with its version, or a repository with its commit
 * @param more what is there instead
 */
export function notCached(what: string, more: readonly string[] = [], cause?: unknown): MachineError {
  return new MachineError("SOURCE_NOT_CACHED", `Offline, and the cache does not have ${what}.`, {
    cause,
    suggestions: [
      ...more,
      "Once with a network, without --offline and $MACHINE_OFFLINE: docker-machine driver install SOURCE",
      "Or bring it over from a computer that has it: docker-machine driver bundle NAME -o FILE.tgz there, docker-machine driver install ./FILE.tgz here",
    ],
  });
}
