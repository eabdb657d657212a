import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { type KeyFinderFunc, toSignedEntity, toTrustMaterial, VerificationError, Verifier } from "@sigstore/verify";
import { MachineError, messageOf } from "../../errors.js";
import type { VerifiedProvenance } from "../candidate.js";
import { certifiedBuild, compareClaims, isProvenance } from "./build-claims.js";
import { invalidProof, uncheckedProof } from "./proof-error.js";
import { fieldsOf } from "./published-facts.js";
import type { FoundKey, RegistryKeys } from "./registry-keys.js";
import type { SignedVersion } from "./registry-signature.js";
import type { TrustAnchors, TrustSource } from "./trust-anchors.js";

/** What attestations are checked by. */
export interface AttestationTrust {
  readonly trust: TrustSource;
  /** For those that the registry itself signed. */
  readonly keys: RegistryKeys;
}

interface Attestation {
  readonly bundle: Bundle;
  readonly predicateType: unknown;
  readonly predicate: unknown;
}

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
/** What later roots of trust can't change: the signature, or the log's entry, is of something else. */
const FINAL_CODE = /^(?:SIGNATURE|TLOG_BODY)_ERROR$/;

/**
 * Checks a version's attestations, each of which must hold and be of just this version: its name, version and SHA-512.
 *
 * @param answer what the registry gave as its attestations
 * @returns who built it, if one of them tells that
 * @throws {MachineError} `SOURCE_PROVENANCE_INVALID`, `SOURCE_PROVENANCE_UNCHECKED`
 */
export async function verifyAttestations(
  answer: unknown,
  version: SignedVersion,
  { trust, keys }: AttestationTrust,
): Promise<VerifiedProvenance | undefined> {
  try {
    const attestations = readAttestations(answer, version);
    const found = await Promise.all(attestations.map(({ bundle }) => keyOf(bundle, version, keys)));
    return await verifyAll(attestations, { version, trust, keys: found.filter((key) => key !== undefined) });
  } catch (error) {
    throw error instanceof MachineError ? error : invalidProof("provenance", version, messageOf(error), error);
  }
}

function readAttestations(answer: unknown, version: SignedVersion): Attestation[] {
  const list = fieldsOf(answer)?.attestations;
  if (!Array.isArray(list) || list.length === 0) throw new Error("the registry has announced it, and sent none");
  return list.map((entry: unknown) => {
    const bundle = bundleFromJSON(fieldsOf(entry)?.bundle);
    if (bundle.content.$case !== "dsseEnvelope") throw new Error("what is signed is no statement");
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    if (payloadType !== PAYLOAD_TYPE) throw new Error(`what is signed is of the type ${JSON.stringify(payloadType)}`);
    const statement = fieldsOf(JSON.parse(payload.toString()));
    checkSubject(statement?.subject, version);
    return { bundle, predicateType: statement?.predicateType, predicate: statement?.predicate };
  });
}

function checkSubject(subjects: unknown, { name, version, integrity }: SignedVersion): void {
  const subject = fieldsOf(Array.isArray(subjects) && subjects.length === 1 ? subjects[0] : undefined);
  const wanted = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  if (subject?.name !== wanted) throw new Error(`it is of ${JSON.stringify(subject?.name)}, not of ${wanted}`);
  // With two hashes, a download that has either would pass.
  const [, base64] = /^sha512-([A-Za-z0-9+/]+={0,2})$/.exec(integrity ?? "") ?? [];
  if (base64 === undefined) throw new Error("the registry does not tell just one SHA-512 that it could be of");
  if (fieldsOf(subject.digest)?.sha512 !== Buffer.from(base64, "base64").toString("hex"))
    throw new Error("it is of a package with other contents");
}

/** The registry's key, for an attestation that was signed with one. */
async function keyOf(bundle: Bundle, version: SignedVersion, keys: RegistryKeys): Promise<FoundKey | undefined> {
  const { content } = bundle.verificationMaterial;
  if (content.$case !== "publicKey") return undefined;
  const found = await keys.find(content.publicKey.hint, "provenance", version);
  if (found === undefined) throw new Error("it is signed with a key of the registry, which publishes none");
  return found;
}

interface Check {
  readonly version: SignedVersion;
  readonly trust: TrustSource;
  readonly keys: readonly FoundKey[];
}

async function verifyAll(attestations: readonly Attestation[], check: Check): Promise<VerifiedProvenance | undefined> {
  const { version, trust, keys } = check;
  try {
    return verifyBy(await trust.shipped(), attestations, keys);
  } catch (error) {
    // It may have been made with newer authorities and logs than this program was shipped with.
    if (!(error instanceof VerificationError) || FINAL_CODE.test(error.code)) throw error;
    return verifyBy(await renewedFor(version, trust, error), attestations, keys);
  }
}

async function renewedFor(version: SignedVersion, trust: TrustSource, problem: VerificationError): Promise<TrustAnchors> {
  try {
    return await trust.renewed();
  } catch (error) {
    const text = `${messageOf(problem)}, by what this program was shipped with, and newer keys can't be had from sigstore: ${messageOf(error)}`;
    throw uncheckedProof("provenance", version, text, error);
  }
}

function verifyBy(anchors: TrustAnchors, attestations: readonly Attestation[], keys: readonly FoundKey[]): VerifiedProvenance | undefined {
  const material = toTrustMaterial(TrustedRoot.fromJSON(anchors.sigstore), (hint) => timedKey(hint, keys));
  const verifier = new Verifier(material);
  const builds = attestations.flatMap(({ bundle, predicateType, predicate }) => {
    const { identity } = verifier.verify(toSignedEntity(bundle));
    if (!isProvenance(predicateType)) return [];
    const build = certifiedBuild(identity);
    compareClaims(predicate, build);
    return [build];
  });
  const [first, ...others] = builds;
  const other = others.find((build) => build.repository !== first?.repository || build.commit !== first?.commit);
  if (other !== undefined) throw new Error(`there are two, of ${first?.repository} and of ${other.repository}`);
  return first;
}

function timedKey(hint: string, keys: readonly FoundKey[]): ReturnType<KeyFinderFunc> {
  const key = keys.find(({ keyId }) => keyId === hint);
  if (key === undefined) throw new Error(`there is no key ${JSON.stringify(hint)}`);
  return { publicKey: key.publicKey, validFor: (date) => key.expires === undefined || date < key.expires };
}
