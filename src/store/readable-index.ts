import { mkdirSync, renameSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { besidePath, PRIVATE_FILE_MODE } from "../files/atomic-file.js";
import { readTextFile } from "../files/read-file.js";

/** Fewer new files than these are read again sooner than noted. */
const WORTH_NOTING = 20;
const SETTLED_MS = 2000;
const LONGEST_NAME = 200;

/** A file's times of content and inode, its size and its inode. Numbers, since to write those as text takes as long as to get them. */
type Identity = readonly [mtimeMs: number, ctimeMs: number, size: number, inode: number];

/** Which files were found whole, by their times, sizes and inodes, so that they need not be read again. It is a cache: without it, or with a damaged one, all are read. */
export class ReadableIndex {
  readonly #file: string | undefined;
  readonly #noted: ReadonlyMap<string, Identity>;
  readonly #found = new Map<string, Identity>();
  readonly #startedMs = Date.now();
  #news = 0;

  /**
   * @param cacheDirectory the user's folder for what can be made again; without it, nothing is noted
   * @param subject the folder that the files are in
   */
  constructor(cacheDirectory: string | undefined, subject: string) {
    const name = `readable-${encodeURIComponent(subject)}.json`;
    this.#file = cacheDirectory === undefined || name.length > LONGEST_NAME ? undefined : join(cacheDirectory, name);
    this.#noted = this.#file === undefined ? new Map() : readNotes(this.#file);
  }

  /** Whether the file at `path` is as it was when it was found whole, or `read` finds it whole now. */
  isWhole(key: string, path: string, read: () => boolean): boolean {
    const stat = this.#file === undefined ? undefined : statIfAllowed(path);
    // What changed just now may change again without its times showing it.
    if (stat === undefined || this.#startedMs - Math.max(stat.mtimeMs, stat.ctimeMs) < SETTLED_MS) return read();
    const noted = this.#noted.get(key);
    if (isSame(noted, stat)) {
      this.#found.set(key, noted);
      return true;
    }
    const isWhole = read();
    const after = isWhole ? statIfAllowed(path) : undefined;
    const identity: Identity = [stat.mtimeMs, stat.ctimeMs, stat.size, stat.ino];
    if (after !== undefined && isSame(identity, after)) {
      this.#found.set(key, identity);
      this.#news += 1;
    }
    return isWhole;
  }

  /** Notes what was found, if it is worth it. If it can't be noted, the files are read again next time. */
  save(): void {
    if (this.#file === undefined || this.#news < WORTH_NOTING) return;
    const beside = besidePath(this.#file, ".tmp");
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(beside, JSON.stringify([...this.#found]), { mode: PRIVATE_FILE_MODE });
      renameSync(beside, this.#file);
    } catch {
      // A cache folder may be read-only.
    }
  }
}

/** Notes that were damaged may hold anything. */
function isSame(noted: Identity | undefined, stat: Stats): noted is Identity {
  return noted?.[0] === stat.mtimeMs && noted[1] === stat.ctimeMs && noted[2] === stat.size && noted[3] === stat.ino;
}

function statIfAllowed(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readNotes(file: string): ReadonlyMap<string, Identity> {
  try {
    return new Map(JSON.parse(readTextFile(file)) as [string, Identity][]);
  } catch {
    return new Map();
  }
}
