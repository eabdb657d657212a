import type { CandidateFacts } from "../candidate.js";
import {
  type AnswerFault,
  answerFault,
  askProblem,
  type CheckedVersion,
  invalidProof,
  isUnchecked,
  uncheckedProof,
} from "./proof-error.js";
import { fieldsOf, type PublishedFacts } from "./published-facts.js";
import { type AskJson, RegistryKeys } from "./registry-keys.js";
import { type SignedVersion, verifySignatures } from "./registry-signature.js";
import type { TrustSource } from "./trust-anchors.js";

export { SigstoreTrust } from "./trust-anchors.js";

/** A version as its registry tells of it. */
export interface RegistryVersion {
  /** The package's name, as it was asked for. */
  readonly name: string;
  /** Its package.json, with what the registry has added. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly published: PublishedFacts;
}

/** What a check of a registry's facts works with. */
export interface RegistryFactsContext {
  /** The registry's address. */
  readonly registry: string;
  /** The address of npm's own registry. */
  readonly publicRegistry: string;
  readonly trust: TrustSource;
  readonly ask: AskJson;
  /** The address at the user's registry for one that may be that of npm's own. */
  readonly addressHere: (address: string) => string;
  /** Takes a version whose signature or provenance can't be checked as one without, and tells why. Without it, such a version is refused. */
  readonly onUnchecked?: ((problem: string) => void) | undefined;
}

/**
 * Checks what a registry has to vouch for a version: its own signature, and where the package was built. What it doesn't have is absent; what it announces must hold.
 *
 * @throws {MachineError} `SOURCE_SIGNATURE_INVALID`, `SOURCE_PROVENANCE_INVALID` for what is wrong, `SOURCE_SIGNATURE_UNCHECKED`, `SOURCE_PROVENANCE_UNCHECKED` for what can't be checked now
 */
export async function verifyRegistryFacts(
  { name, manifest, published }: RegistryVersion,
  context: RegistryFactsContext,
): Promise<Pick<CandidateFacts, "signature" | "provenance">> {
  const { integrity, signatures, attestations } = fieldsOf(manifest.dist) ?? {};
  const version = {
    name,
    version: String(manifest.version),
    integrity: typeof integrity === "string" ? integrity : undefined,
    publishedAt: published.publishedAt,
  };
  const { registry, publicRegistry, trust, ask } = context;
  const keys = new RegistryKeys({ registry, isPublic: hostOf(registry) === hostOf(publicRegistry), trust, ask });
  const [signature, provenance] = await Promise.all([
    settled(verifySignatures(signatures, version, keys), context),
    attestations === undefined ? undefined : settled(checkAttestations(attestations, { version, published, keys }, context), context),
  ]);
  return { ...(signature === undefined ? {} : { signature }), ...(provenance === undefined ? {} : { provenance }) };
}

/** With the user's leave, what can't be checked counts as absent. What is wrong never does. */
async function settled<T>(check: Promise<T | undefined>, { onUnchecked }: RegistryFactsContext): Promise<T | undefined> {
  try {
    return await check;
  } catch (error) {
    if (onUnchecked === undefined || !isUnchecked(error)) throw error;
    onUnchecked(`${error.message} It is taken as one without.`);
    return undefined;
  }
}

interface AttestedVersion {
  readonly version: SignedVersion;
  readonly published: PublishedFacts;
  readonly keys: RegistryKeys;
}

async function checkAttestations(announced: unknown, { version, published, keys }: AttestedVersion, context: RegistryFactsContext) {
  const { url, provenance: announcedProvenance } = fieldsOf(announced) ?? {};
  const [answer, { verifyAttestations }] = await Promise.all([askAttestations(url, version, context), import("./attestations.js")]);
  const provenance = await verifyAttestations(answer, version, { trust: context.trust, keys });
  if (provenance === undefined && announcedProvenance !== undefined) {
    throw invalidProof("provenance", version, "the registry has announced one, and sent none");
  }
  const { repository } = published;
  if (provenance !== undefined && repository !== undefined && repository.toLowerCase() !== provenance.repository.toLowerCase()) {
    throw invalidProof("provenance", version, `it was built from ${provenance.repository}, and says that its repository is ${repository}`);
  }
  return provenance;
}

/** Attestations are where the registry says. A mirror may know only its origin's address for them, and have none itself; whoever sends them, they are checked alike. */
async function askAttestations(url: unknown, version: CheckedVersion, context: RegistryFactsContext): Promise<unknown> {
  const invalid = (problem: string, cause?: unknown) => invalidProof("provenance", version, problem, cause);
  if (typeof url !== "string" || !/^https?:\/\//.test(url) || !URL.canParse(url)) throw invalid("the registry tells no address for it");
  const here = context.addressHere(url);
  let last: { readonly fault: AnswerFault; readonly error: unknown } | undefined;
  for (const address of new Set([here, url])) {
    try {
      return await context.ask(address);
    } catch (error) {
      last = { fault: answerFault(error), error };
    }
  }
  if (last?.fault === "unreachable") throw uncheckedProof("provenance", version, askProblem("its attestations", last.error), last.error);
  const isMissing = last?.fault === "missing";
  throw invalid(
    isMissing ? "the registry has announced it, and does not have it" : askProblem("its attestations", last?.error),
    last?.error,
  );
}

function hostOf(address: string): string {
  return new URL(address).host;
}
