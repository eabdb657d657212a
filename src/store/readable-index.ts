import { mkdirSync, renameSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { besidePath, PRIVATE_FILE_MODE } from "../files/atomic-file.js";
import { readFileBytes } from "../files/read-file.js";

/** Fewer new files than these are read again sooner than noted. */
const WORTH_NOTING = 20;
const SETTLED_MS = 2000;
const LONGEST_NAME = 200;

/** A file's times of content and inode, its size and its inode. Numbers, since to write those as text takes as long as to get them. */
type Identity = readonly [mtimeMs: number, ctimeMs: number, size: number, inode: number];
const IDENTITY_LENGTH = 4;

/** Files by their keys, and their identities one behind the other. Numbers outside V8's heap: the notes of five hundred machines would have it collect garbage, which takes a millisecond. */
interface Notes {
  readonly places: ReadonlyMap<string, number>;
  readonly identities: Float64Array;
}

const NO_NOTES: Notes = { places: new Map(), identities: new Float64Array() };

/** Which files were found whole, by their times, sizes and inodes, so that they need not be read again. It is a cache: without it, or with a damaged one, all are read. */
export class ReadableIndex {
  readonly #file: string | undefined;
  readonly #noted: Notes;
  readonly #unchanged: string[] = [];
  readonly #news = new Map<string, Identity>();
  readonly #startedMs = Date.now();

  /**
   * @param cacheDirectory the user's folder for what can be made again; without it, nothing is noted
   * @param subject the folder that the files are in
   */
  constructor(cacheDirectory: string | undefined, subject: string) {
    const name = `readable-${encodeURIComponent(subject)}`;
    this.#file = cacheDirectory === undefined || name.length > LONGEST_NAME ? undefined : join(cacheDirectory, name);
    this.#noted = this.#file === undefined ? NO_NOTES : readNotes(this.#file);
  }

  /**
   * Whether the file at `path` is as it was when it was found whole, or `read` finds it whole now.
   *
   * @param key one line
   */
  isWhole(key: string, path: string, read: () => boolean): boolean {
    const stat = this.#file === undefined ? undefined : statIfAllowed(path);
    // What changed just now may change again without its times showing it.
    if (stat === undefined || this.#startedMs - Math.max(stat.mtimeMs, stat.ctimeMs) < SETTLED_MS) return read();
    const place = this.#noted.places.get(key);
    if (place !== undefined && isSame(this.#noted.identities, place, stat)) {
      this.#unchanged.push(key);
      return true;
    }
    const isWhole = read();
    const after = isWhole ? statIfAllowed(path) : undefined;
    const identity: Identity = [stat.mtimeMs, stat.ctimeMs, stat.size, stat.ino];
    if (after !== undefined && isSame(identity, 0, after)) this.#news.set(key, identity);
    return isWhole;
  }

  /** Notes what was found, if it is worth it. If it can't be noted, the files are read again next time. */
  save(): void {
    if (this.#file === undefined || this.#news.size < WORTH_NOTING) return;
    const { places, identities } = this.#noted;
    const unchanged = this.#unchanged.map((key) => identities.subarray(places.get(key)).subarray(0, IDENTITY_LENGTH));
    const content = formatNotes([...this.#unchanged, ...this.#news.keys()], [...unchanged, ...this.#news.values()]);
    const beside = besidePath(this.#file, ".tmp");
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(beside, content, { mode: PRIVATE_FILE_MODE });
      renameSync(beside, this.#file);
    } catch {
      // A cache folder may be read-only.
    }
  }
}

/** Whether the identity that begins at `place` is the file's. */
function isSame(numbers: ArrayLike<number>, place: number, { mtimeMs, ctimeMs, size, ino }: Stats): boolean {
  return numbers[place] === mtimeMs && numbers[place + 1] === ctimeMs && numbers[place + 2] === size && numbers[place + 3] === ino;
}

function statIfAllowed(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The number of files, their identities, and their keys, one a line. */
function formatNotes(keys: readonly string[], identities: readonly Iterable<number>[]): Uint8Array {
  const numbers = Float64Array.from([keys.length, ...identities.flatMap((each) => [...each])]);
  return Buffer.concat([new Uint8Array(numbers.buffer), Buffer.from(keys.join("\n"))]);
}

/** Notes that were damaged may hold anything: then no number is that of a file. */
function readNotes(file: string): Notes {
  try {
    const { buffer } = new Uint8Array(readFileBytes(file));
    const [count = 0] = new Float64Array(buffer, 0, 1);
    const identities = new Float64Array(buffer, Float64Array.BYTES_PER_ELEMENT, count * IDENTITY_LENGTH);
    const keys = Buffer.from(buffer, Float64Array.BYTES_PER_ELEMENT + identities.byteLength).toString();
    return { places: new Map(keys.split("\n").map((key, index) => [key, index * IDENTITY_LENGTH])), identities };
  } catch {
    return NO_NOTES;
  }
}
