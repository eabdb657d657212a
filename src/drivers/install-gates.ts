import type { Gate } from "./candidate.js";
import { type ConsentOptions, consentGate } from "./consent.js";
import { loadPolicy, type PolicyPlaces } from "./policy/policy-places.js";
import type { Ask } from "./trust.js";

/** What {@link installGates} works with. */
export interface InstallGatesOptions extends Omit<ConsentOptions, "policy"> {
  readonly policyPlaces: PolicyPlaces | undefined;
  /** Judges by the official index. */
  readonly indexGate: Gate;
}

/** Who judges what was found, and how anything else is asked while it is installed. */
export interface InstallGates {
  readonly gates: readonly Gate[];
  readonly ask: Ask | undefined;
}

/**
 * The gates of an installation in their order: what is forbidden is not asked about.
 *
 * @throws {MachineError} `POLICY_INVALID`
 */
export async function installGates({ policyPlaces, indexGate, ...options }: InstallGatesOptions): Promise<InstallGates> {
  const policy = await loadPolicy(policyPlaces);
  const { ask } = options;
  const consent = consentGate({ ...options, policy });
  if (policy === undefined) return { gates: [indexGate, consent], ask };
  const permitted = async (question: string) => {
    const refusal = policy.promptRefusal(question);
    if (refusal !== undefined) throw refusal;
    return ask?.(question) ?? false;
  };
  return { gates: [policy.gate(), indexGate, consent], ask: ask === undefined ? undefined : permitted };
}
