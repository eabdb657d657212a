import { lstatSync } from "node:fs";
import { hasCode } from "../../errors.js";
import { parseSource } from "../source/source.js";
import type { Policy } from "./policy.js";

/** Where policy files are looked for. */
export interface PolicyPlaces {
  /** The administrator's. Each that exists applies. */
  readonly system: readonly string[];
  /** The user's own. */
  readonly user: string;
}

/**
 * Whether there is a file. A link counts even if it leads nowhere, and so does what can't be looked at: then a policy is meant, and can't be read.
 */
export function isPolicyFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !hasCode(error, "ENOTDIR");
  }
}

/**
 * Loads the policy, if there is one. Most computers have none: that is found out by a look at each place, and nothing else is loaded.
 *
 * @throws {MachineError} `POLICY_INVALID`
 */
export async function loadPolicy(places: PolicyPlaces | undefined): Promise<Policy | undefined> {
  if (places === undefined || ![...places.system, places.user].some(isPolicyFile)) return undefined;
  const { Policy } = await import("./policy.js");
  return Policy.load(places);
}

/**
 * The check of an installed driver each time it is used: since it was installed, its source may have been denied.
 *
 * @param source the canonical source
 * @throws {MachineError} `POLICY_FORBIDS`, `POLICY_INVALID`
 */
export async function checkUse(source: string, places: PolicyPlaces | undefined): Promise<void> {
  const policy = await loadPolicy(places);
  policy?.checkUse(parseSource(source, "/"));
}
