import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../files/atomic-file.js";
import { readTextFile } from "../../files/read-file.js";

/** An answer that a host may say still holds. */
export interface KeptAnswer {
  readonly etag?: string;
  readonly lastModified?: string;
  /** The `Link` header: where the next page is. */
  readonly link?: string;
  readonly value: unknown;
}

const MAX_AGE_MS = 90 * 24 * 3_600_000;
const FORM = 1;

/** Answers of git hosts, in private files of the user's cache. It may vanish any time, and what is damaged in it counts as missing. */
export class AnswerCache {
  readonly #directory: string | undefined;

  /** @param directory a folder of its own. Absent: nothing is kept. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /**
   * What was kept for an address.
   *
   * @param secret the token that it was asked with: another one may be shown something else
   */
  get(address: string, secret: string | undefined): KeptAnswer | undefined {
    if (this.#directory === undefined) return undefined;
    try {
      const kept: unknown = JSON.parse(readTextFile(join(this.#directory, fileName(address, secret))));
      return isKept(kept) && kept.address === address ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps an answer. What can't be written isn't kept. */
  async set(address: string, secret: string | undefined, answer: KeptAnswer): Promise<void> {
    if (this.#directory === undefined) return;
    const text = JSON.stringify({ form: FORM, address, ...answer });
    await writeAtomically(join(this.#directory, fileName(address, secret)), text).catch(() => undefined);
    await sweep(this.#directory);
  }
}

/** The token is part of the name only as a part of its hash, from which it can't be found. */
function fileName(address: string, secret: string | undefined): string {
  const key = JSON.stringify([address, secret ?? null]);
  return `${createHash("sha256").update(key).digest("hex")}.json`;
}

async function sweep(directory: string): Promise<void> {
  const names = await readdir(directory).catch((): string[] => []);
  const oldest = Date.now() - MAX_AGE_MS;
  const old = names.map(async (name) => {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < oldest) await rm(path, { force: true });
  });
  await Promise.allSettled(old);
}

function isKept(kept: unknown): kept is KeptAnswer & { readonly address: string } {
  if (typeof kept !== "object" || kept === null || !("form" in kept) || kept.form !== FORM || !("value" in kept)) return false;
  const texts = ["address", "etag", "lastModified", "link"] as const;
  const fields = kept as Readonly<Record<string, unknown>>;
  return typeof fields.address === "string" && texts.every((name) => ["string", "undefined"].includes(typeof fields[name]));
}
