import { readFile } from "node:fs/promises";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { writeAtomically } from "../../files/atomic-file.js";
import { readTextFile } from "../../files/read-file.js";
import type { IndexContent } from "./index-entry.js";
import { type IndexPlaces, keptIndexPath, publicKeyPath } from "./index-places.js";
import { checkIndexSignature } from "./index-signature.js";
import { parseIndex } from "./parse-index.js";

/** An index as it was fetched. */
export interface FetchedIndex {
  /** Where from. */
  readonly address: string;
  /** What its server calls this state of it. */
  readonly etag?: string;
  readonly text: string;
  /** The text of its signature file. */
  readonly signatures?: string;
}

/** An index that was fetched, and whose signature holds. */
export interface KeptIndex {
  readonly fetched: FetchedIndex;
  readonly content: IndexContent;
}

/**
 * The index that was fetched last, if one was. Its signature is checked each time: the cache folder is no safer a place than the network.
 *
 * @throws {MachineError} `INDEX_INVALID`, `INDEX_VERSION_UNSUPPORTED`, `INDEX_SIGNATURE_INVALID`
 */
export async function readKeptIndex(places: IndexPlaces): Promise<KeptIndex | undefined> {
  const path = keptIndexPath(places);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  return checkFetched(parseKept(text, path), places, `The driver index in ${path}`);
}

/** Keeps an index that was fetched, in place of the one before. */
export async function writeKeptIndex(fetched: FetchedIndex, places: IndexPlaces): Promise<void> {
  await writeAtomically(keptIndexPath(places), `${JSON.stringify(fetched)}\n`);
}

/**
 * Reads a fetched index, its signature first.
 *
 * @param origin what begins a message about it
 * @throws {MachineError} `INDEX_INVALID`, `INDEX_VERSION_UNSUPPORTED`, `INDEX_SIGNATURE_INVALID`
 */
export async function checkFetched(fetched: FetchedIndex, places: IndexPlaces, origin: string): Promise<KeptIndex> {
  const keys = await readFile(publicKeyPath(places), "utf8");
  checkIndexSignature(Buffer.from(fetched.text, "utf8"), fetched.signatures, keys, origin);
  return { fetched, content: parseIndex(fetched.text, origin) };
}

function readIfThere(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw damaged(path, messageOf(error), error);
  }
}

function parseKept(text: string, path: string): FetchedIndex {
  try {
    const kept: unknown = JSON.parse(text);
    if (isFetched(kept)) return kept;
    throw new Error("it lacks fields");
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function isFetched(value: unknown): value is FetchedIndex {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const isText = (name: string) => typeof fields.get(name) === "string";
  return ["address", "text"].every(isText) && ["etag", "signatures"].every((name) => !fields.has(name) || isText(name));
}

function damaged(path: string, problem: string, cause: unknown): MachineError {
  return new MachineError("INDEX_INVALID", `The driver index in ${path} can't be used: ${problem}.`, {
    cause,
    suggestions: ["Fetch it again: docker-machine driver search --refresh"],
  });
}
