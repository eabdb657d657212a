import { verify } from "node:crypto";
import type { VerifiedSignature } from "../candidate.js";
import { type CheckedVersion, invalidProof } from "./proof-error.js";
import { fieldsOf } from "./published-facts.js";
import type { FoundKey, RegistryKeys } from "./registry-keys.js";

/** A version with what its registry signed. */
export interface SignedVersion extends CheckedVersion {
  /** The tarball's hash as the registry tells it, word for word. */
  readonly integrity: string | undefined;
  /** When it was published. ISO 8601. */
  readonly publishedAt?: string | undefined;
}

const DIGEST = "sha256";

/**
 * Checks the registry's signatures of a version (npm's "ECDSA registry signatures"). Each must hold.
 *
 * @param signatures the version's `dist.signatures`
 * @returns undefined if there are none, or none but of a registry that publishes no keys
 * @throws {MachineError} `SOURCE_SIGNATURE_INVALID`, `SOURCE_SIGNATURE_UNCHECKED`
 */
export async function verifySignatures(
  signatures: unknown,
  version: SignedVersion,
  keys: RegistryKeys,
): Promise<VerifiedSignature | undefined> {
  if (signatures === undefined || (Array.isArray(signatures) && signatures.length === 0)) return undefined;
  if (!Array.isArray(signatures)) throw invalidProof("signature", version, "it has the wrong form");
  const verified: VerifiedSignature[] = [];
  for (const signature of signatures) {
    const { keyid, sig } = fieldsOf(signature) ?? {};
    if (typeof keyid !== "string" || typeof sig !== "string") throw invalidProof("signature", version, "it has the wrong form");
    const key = await keys.find(keyid, "signature", version);
    if (key === undefined) continue;
    checkSignature(sig, version, key);
    verified.push({ keyId: keyid, keyFrom: key.from });
  }
  return verified[0];
}

function checkSignature(signature: string, version: SignedVersion, key: FoundKey): void {
  const { name, integrity, publishedAt } = version;
  if (integrity === undefined) throw invalidProof("signature", version, "the registry tells no hash that it could be of");
  if (isExpired(key, publishedAt)) {
    throw invalidProof("signature", version, `its key ${key.keyId} expired before the version was published`);
  }
  const text = Buffer.from(`${name}@${version.version}:${integrity}`);
  if (verify(DIGEST, text, key.publicKey, Buffer.from(signature, "base64"))) return;
  throw invalidProof("signature", version, `it is not of this name, version and hash, or not by the key ${key.keyId}`);
}

/** A version of unknown age counts as new. */
function isExpired({ expires }: FoundKey, publishedAt: string | undefined): boolean {
  const published = publishedAt === undefined ? new Date() : new Date(publishedAt);
  return expires !== undefined && published >= expires;
}
