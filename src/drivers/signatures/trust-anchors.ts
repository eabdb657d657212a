import { createPublicKey, type KeyObject } from "node:crypto";
import seeds from "@sigstore/tuf/seeds.json" with { type: "json" };
import { fieldsOf } from "./published-facts.js";

/** A key by which a registry signs. */
export interface RegistryKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** It signs nothing that is published from then on. Absent: it is in use. */
  readonly expires?: Date;
}

/** What checks rest on in the end. */
export interface TrustAnchors {
  /** Sigstore's certificate authorities and logs: its `trusted_root.json`. Reading it takes a library that a mere signature does without. */
  readonly sigstore: unknown;
  /** The keys of npm's own registry. */
  readonly npmKeys: readonly RegistryKey[];
}

/** Where {@link TrustAnchors} come from. */
export interface TrustSource {
  /** Those that this program was shipped with. */
  shipped(): Promise<TrustAnchors>;
  /** Those of today, from the network. */
  renewed(): Promise<TrustAnchors>;
}

/** Where {@link SigstoreTrust} keeps and finds things. */
export interface SigstoreTrustOptions {
  /** The folder for sigstore's signed lists: npm's own, which the two share. */
  readonly cachePath: string;
  /** The address of npm's own registry. */
  readonly publicRegistry: string;
  /** Whether the network must be left alone. */
  readonly isOffline: boolean;
  /** Where sigstore's signed lists are, and the file of the first one to trust. Default: sigstore's own. */
  readonly mirror?: { readonly mirrorURL: string; readonly rootPath: string };
}

const ROOT_TARGET = "trusted_root.json";
/** Somebody waits. */
const RETRY = { retries: 1 };
const TIMEOUT_MS = 5000;

/** Sigstore's public instance. Its root of trust is shipped with its library; later ones are signed by the earlier ones (The Update Framework). */
export class SigstoreTrust implements TrustSource {
  readonly #options: SigstoreTrustOptions;
  #renewed: Promise<TrustAnchors> | undefined;

  constructor(options: SigstoreTrustOptions) {
    this.#options = options;
  }

  get #keysTarget(): string {
    return `${new URL(this.#options.publicRegistry).host}/keys.json`;
  }

  async shipped(): Promise<TrustAnchors> {
    const targets: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(seeds).map((seed) => seed.targets));
    const textOf = (name: string) => Buffer.from(targets[encodeURIComponent(name)] ?? "", "base64").toString();
    return anchors(textOf(ROOT_TARGET), textOf(this.#keysTarget));
  }

  renewed(): Promise<TrustAnchors> {
    this.#renewed ??= this.#renew();
    return this.#renewed;
  }

  async #renew(): Promise<TrustAnchors> {
    const { isOffline, cachePath, mirror } = this.#options;
    if (isOffline) throw new Error("this is offline");
    const { initTUF } = await import("@sigstore/tuf");
    const client = await initTUF({ ...mirror, cachePath, retry: RETRY, timeout: TIMEOUT_MS });
    const root = await client.getTarget(ROOT_TARGET);
    return anchors(root, await client.getTarget(this.#keysTarget));
  }
}

function anchors(root: string, keys: string): TrustAnchors {
  const { keys: listed = [] } = JSON.parse(keys) as { readonly keys?: readonly unknown[] };
  return { sigstore: JSON.parse(root), npmKeys: listed.map(keyOfTarget) };
}

/** From when on a key is in use is not looked at: npm has signed older versions anew. */
function keyOfTarget(listed: unknown): RegistryKey {
  const { keyId, publicKey } = fieldsOf(listed) ?? {};
  const { rawBytes, validFor } = fieldsOf(publicKey) ?? {};
  const { end } = fieldsOf(validFor) ?? {};
  return registryKey(keyId, rawBytes, end);
}

/**
 * A key from its parts.
 *
 * @param der the public key, as base64 of DER (SubjectPublicKeyInfo)
 * @param expires ISO 8601; null or undefined: it does not expire
 * @throws if they are not of that form, or it is not an ECDSA key of the curve P-256
 */
export function registryKey(keyId: unknown, der: unknown, expires: unknown): RegistryKey {
  if (typeof keyId !== "string" || typeof der !== "string") throw new Error("a key of the registry has no id or no text");
  const publicKey = createPublicKey({ key: Buffer.from(der, "base64"), format: "der", type: "spki" });
  if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new Error(`the registry's key ${keyId} is not one of ECDSA P-256`);
  if (expires === null || expires === undefined) return { keyId, publicKey };
  const end = new Date(String(expires));
  if (Number.isNaN(end.getTime())) throw new Error(`the registry's key ${keyId} expires at ${JSON.stringify(expires)}, which is no time`);
  return { keyId, publicKey, expires: end };
}
