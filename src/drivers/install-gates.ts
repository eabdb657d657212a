import type { Gate, InstallWishes } from "./candidate.js";
import { type ConsentOptions, consentGate } from "./consent/consent.js";
import type { Ask } from "./consent/trust.js";
import { loadPolicy, type PolicyPlaces } from "./policy/policy-places.js";

/** What {@link installGates} works with. */
export interface InstallGatesOptions extends Omit<ConsentOptions, "policy"> {
  readonly policyPlaces?: PolicyPlaces;
  readonly wishes: InstallWishes;
  /** Judges by the official index. */
  readonly indexGate: Gate;
}

/** Who judges what was found, and how anything else is asked while it is installed. */
export interface InstallGates {
  readonly gates: readonly Gate[];
  readonly ask: Ask | undefined;
  readonly wishes: InstallWishes;
}

/**
 * The gates of an installation in their order: what is forbidden is not asked about. Where a policy forbids questions, whatever is asked is refused, and nothing was agreed to beforehand.
 *
 * @throws {MachineError} `POLICY_INVALID`
 */
export async function installGates({ policyPlaces, indexGate, wishes, ...options }: InstallGatesOptions): Promise<InstallGates> {
  const policy = await loadPolicy(policyPlaces);
  const { ask } = options;
  const consent = consentGate({ ...options, policy });
  if (policy === undefined) return { gates: [indexGate, consent], ask, wishes };
  const gates = [policy.gate(), indexGate, consent];
  if (policy.promptRefusal("") === undefined) return { gates, ask, wishes };
  const refuse: Ask = async (question) => {
    throw policy.promptRefusal(question);
  };
  return { gates, ask: refuse, wishes: { ...wishes, yes: false } };
}
