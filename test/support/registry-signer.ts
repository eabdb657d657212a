import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { RegistryKey } from "../../src/drivers/signatures/trust-anchors.js";
import type { PublishedTarball } from "./package-registry.js";

/** A registry's key, which signs packages as npm's registry does. */
export class RegistrySigner {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly keyId: string;

  constructor() {
    this.keyId = `SHA256:${createHash("sha256").update(this.#der).digest("base64").replace(/=+$/, "")}`;
  }

  get #der(): Buffer {
    return this.#keys.publicKey.export({ format: "der", type: "spki" });
  }

  /** The key as a root of trust knows it. */
  get key(): RegistryKey {
    return { keyId: this.keyId, publicKey: this.#keys.publicKey };
  }

  /** What a registry answers at `-/npm/v1/keys`. */
  keys(expires: string | null = null): object {
    const scheme = { keytype: "ecdsa-sha2-nistp256", scheme: "ecdsa-sha2-nistp256" };
    return { keys: [{ expires, keyid: this.keyId, ...scheme, key: this.#der.toString("base64") }] };
  }

  /** An entry of `dist.signatures`. */
  signature({ name, version, integrity }: PublishedTarball): object {
    return { keyid: this.keyId, sig: this.sign(Buffer.from(`${name}@${version}:${integrity}`)).toString("base64") };
  }

  sign(content: Buffer): Buffer {
    return sign("sha256", content, this.#keys.privateKey);
  }
}
