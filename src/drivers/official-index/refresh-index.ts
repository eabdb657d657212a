import { join } from "node:path";
import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import { withLock } from "../../files/lock.js";
import type { IndexPlaces } from "./index-places.js";
import { checkFetched, type KeptIndex, readKeptIndex, writeKeptIndex } from "./kept-index.js";
import { readShippedIndex } from "./official-index.js";

/** A text file that was fetched. */
export interface FetchedText {
  readonly text: string;
  readonly etag?: string;
}

/**
 * Fetches a small text file.
 *
 * @param etag what the server called the state that is known
 * @returns `unchanged` if that is still its state
 * @throws {MachineError} `SOURCE_NOT_FOUND`, `SOURCE_UNREACHABLE`, `SOURCE_ANSWER_INVALID`
 */
export type FetchText = (address: string, etag?: string) => Promise<FetchedText | "unchanged">;

/** What {@link refreshIndex} works with. */
export interface RefreshOptions extends IndexPlaces {
  /** The address of `drivers.json`. Its signature is beside it, with `.sig` behind. */
  readonly address: string;
  readonly fetchText: FetchText;
  readonly signal: AbortSignal;
}

/** What a refresh came to. */
export interface RefreshResult {
  /** Whether there is a newer index than before. */
  readonly isNew: boolean;
  /** The revision that is used from now on. */
  readonly revision: number;
}

/**
 * Fetches the index, and keeps it if it is signed, whole and no older than what is known. Otherwise what is there stays.
 *
 * @throws {MachineError} `INDEX_SIGNATURE_INVALID`, `INDEX_INVALID`, `INDEX_VERSION_UNSUPPORTED`, `INDEX_OUTDATED`, and those of {@link FetchText}
 */
export async function refreshIndex(options: RefreshOptions): Promise<RefreshResult> {
  const { cacheDirectory, signal } = options;
  // Two refreshes at once must not leave the older one.
  return withLock(join(cacheDirectory, "driver-index.lock"), { subject: "the driver index", signal }, () => refresh(options));
}

async function refresh(options: RefreshOptions): Promise<RefreshResult> {
  const shipped = await readShippedIndex(options);
  const kept = await keptIndex(options);
  const known = Math.max(shipped.revision, kept?.content.revision ?? 0);
  const fetched = await fetchIndex(options, kept);
  if (fetched === "unchanged") return { isNew: false, revision: known };
  const { revision } = fetched.content;
  if (revision < known) throw outdated(options.address, revision, known);
  if (revision === kept?.content.revision && fetched.fetched.text !== kept.fetched.text) throw changed(options.address, revision);
  await writeKeptIndex(fetched.fetched, options);
  return { isNew: revision > known, revision };
}

/** A kept index that can't be used is as none: it is about to be replaced. */
async function keptIndex(options: RefreshOptions): Promise<KeptIndex | undefined> {
  try {
    return await readKeptIndex(options);
  } catch (error) {
    if (isDriverError(error)) return undefined;
    throw error;
  }
}

async function fetchIndex(options: RefreshOptions, kept: KeptIndex | undefined): Promise<KeptIndex | "unchanged"> {
  const { address, fetchText } = options;
  const etag = kept?.fetched.address === address ? kept.fetched.etag : undefined;
  const [index, signatures] = await Promise.all([fetchText(address, etag), fetchSignatures(address, fetchText)]);
  if (index === "unchanged") return "unchanged";
  return checkFetched(
    { address, ...index, ...(signatures === undefined ? {} : { signatures }) },
    options,
    `The driver index at ${address}`,
  );
}

async function fetchSignatures(address: string, fetchText: FetchText): Promise<string | undefined> {
  try {
    const fetched = await fetchText(`${address}.sig`);
    return fetched === "unchanged" ? undefined : fetched.text;
  } catch (error) {
    if (isDriverError(error) && error.code === "SOURCE_NOT_FOUND") return undefined;
    throw error;
  }
}

function outdated(address: string, revision: number, known: number): MachineError {
  return new MachineError(
    "INDEX_OUTDATED",
    `The driver index at ${address} was refused: it has the revision ${revision}, and revision ${known} is known already.`,
    {
      suggestions: [
        "Nothing has to be done, unless it stays: then the address (the setting indexAddress, or $MACHINE_INDEX_ADDRESS) is that of an old copy.",
      ],
    },
  );
}

function changed(address: string, revision: number): MachineError {
  return new MachineError(
    "INDEX_OUTDATED",
    `The driver index at ${address} was refused: its content differs from what is known, but it has the same revision ${revision}.`,
    { suggestions: ["For its maintainers: each change needs a higher revision."] },
  );
}
