import { messageOf } from "../../errors.js";
import { answerFault, askProblem, type CheckedVersion, invalidProof, type Proof, uncheckedProof } from "./proof-error.js";
import { fieldsOf } from "./published-facts.js";
import { type RegistryKey, registryKey, type TrustSource } from "./trust-anchors.js";

/** Asks an address for JSON, with the user's npm settings. Errors are those of npm's libraries. */
export type AskJson = (address: string) => Promise<unknown>;

/** What {@link RegistryKeys} works with. */
export interface RegistryKeysOptions {
  /** The registry's address. */
  readonly registry: string;
  /** Whether it is npm's own, whose keys are only those that sigstore vouches for. */
  readonly isPublic: boolean;
  readonly trust: TrustSource;
  readonly ask: AskJson;
}

/** A key that was found. */
export interface FoundKey extends RegistryKey {
  /** How it is known: from sigstore's root of trust, or from the registry alone, which then vouches for itself. */
  readonly from: "trust-root" | "registry";
}

/** The keys by which a registry's signatures are checked. */
export class RegistryKeys {
  readonly #options: RegistryKeysOptions;
  #own: Promise<readonly RegistryKey[] | undefined> | undefined;

  constructor(options: RegistryKeysOptions) {
    this.#options = options;
  }

  /**
   * Finds a key. Npm's own keys count in each registry, since others pass on its packages with its signatures.
   *
   * @returns undefined if the registry publishes no keys, so that nothing can be checked
   * @throws {MachineError} `SOURCE_SIGNATURE_INVALID` or `SOURCE_PROVENANCE_INVALID` for a key that the registry doesn't have, `…_UNCHECKED` if its keys can't be had now
   */
  async find(keyId: string, proof: Proof, version: CheckedVersion): Promise<FoundKey | undefined> {
    const { isPublic, trust } = this.#options;
    const shipped = (await trust.shipped()).npmKeys.find((key) => key.keyId === keyId);
    if (shipped !== undefined) return { ...shipped, from: "trust-root" };
    const keys = isPublic ? await this.#renewed(proof, version) : await this.#ownKeys(proof, version);
    if (keys === undefined) return undefined;
    const found = keys.find((key) => key.keyId === keyId);
    if (found === undefined)
      throw invalidProof(proof, version, `it is by the key ${JSON.stringify(keyId)}, which is none of the registry's`);
    return { ...found, from: isPublic ? "trust-root" : "registry" };
  }

  async #renewed(proof: Proof, version: CheckedVersion): Promise<readonly RegistryKey[]> {
    try {
      return (await this.#options.trust.renewed()).npmKeys;
    } catch (error) {
      throw uncheckedProof(proof, version, `the registry's new keys can't be had from sigstore: ${messageOf(error)}`, error);
    }
  }

  async #ownKeys(proof: Proof, version: CheckedVersion): Promise<readonly RegistryKey[] | undefined> {
    this.#own ??= this.#askKeys();
    try {
      return await this.#own;
    } catch (error) {
      const problem = askProblem("the registry's keys", error);
      throw answerFault(error) === "damaged"
        ? invalidProof(proof, version, problem, error)
        : uncheckedProof(proof, version, problem, error);
    }
  }

  async #askKeys(): Promise<readonly RegistryKey[] | undefined> {
    const { registry, ask } = this.#options;
    try {
      const answer = fieldsOf(await ask(`${registry.replace(/\/+$/, "")}/-/npm/v1/keys`));
      if (!Array.isArray(answer?.keys)) throw new Error("what came is no list of keys");
      return answer.keys.map((key: unknown) => {
        const { keyid, key: der, expires } = fieldsOf(key) ?? {};
        return registryKey(keyid, der, expires);
      });
    } catch (error) {
      if (answerFault(error) === "missing") return undefined;
      throw error;
    }
  }
}
