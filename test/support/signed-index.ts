import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IndexPlaces } from "../../src/drivers/official-index/index-places.js";

/** What a test's index says, besides what every one has. */
export interface TestIndex {
  readonly revision?: number;
  readonly updatedAt?: string;
  readonly formatVersion?: unknown;
  readonly drivers?: readonly object[];
}

/** The text of an index. */
export function indexText({ revision = 1, updatedAt = "2026-01-31", formatVersion = 1, drivers = [] }: TestIndex = {}): string {
  return JSON.stringify({ formatVersion, revision, updatedAt, drivers });
}

/** A driver of an index that is fetched from a repository. */
export function indexEntry(name: string, more: Readonly<Record<string, unknown>> = {}): object {
  const sources = [{ source: `github.com/${name}-org/docker-machine-driver-${name}`, form: "program" }];
  return { name, summary: `Machines of ${name}`, delivery: "fetched", sources, ...more };
}

/** The folders of an index that came with a program, and the key of its maintainers. */
export class IndexWorld implements IndexPlaces {
  readonly shippedDirectory: string;
  readonly cacheDirectory: string;
  readonly #key: KeyObject;

  private constructor(root: string, key: KeyObject) {
    this.shippedDirectory = join(root, "shipped-index");
    this.cacheDirectory = join(root, "cache");
    this.#key = key;
  }

  static async create(root: string, shipped: TestIndex = {}): Promise<IndexWorld> {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const world = new IndexWorld(root, privateKey);
    await mkdir(world.shippedDirectory, { recursive: true });
    await world.ship(indexText(shipped));
    await world.trust(publicKey);
    return world;
  }

  /** Replaces the index that came with the program. */
  async ship(text: string): Promise<void> {
    await writeFile(join(this.shippedDirectory, "drivers.json"), text);
  }

  /** Replaces the keys that came with the program. */
  async trust(...keys: readonly KeyObject[]): Promise<void> {
    const text = keys.map((key) => key.export({ type: "spki", format: "pem" })).join("");
    await writeFile(join(this.shippedDirectory, "public-key.pem"), text);
  }

  /** The text of the signature file of an index. */
  sign(text: string, key = this.#key): string {
    return `${sign(null, Buffer.from(text), key).toString("base64")}\n`;
  }
}
