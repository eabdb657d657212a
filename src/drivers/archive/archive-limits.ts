import { MachineError } from "../../errors.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What one packed package may unpack to. The largest that npm's registry has are far below. */
export const ARCHIVE_LIMITS = {
  entries: 50_000,
  bytes: 512 * MIB,
  entryBytes: 256 * MIB,
  pathBytes: KIB,
  pathParts: 64,
  /** Unpacked to packed, once {@link ARCHIVE_LIMITS.ratioCountsFromBytes} were unpacked: text packs up to about 50 to 1, zeros 1000 to 1. */
  ratio: 200,
  ratioCountsFromBytes: 64 * MIB,
  /** What may follow the archive's end: tar programs fill it up to a whole record. */
  bytesAfterEnd: MIB,
} as const;

/** What a driver's dependencies may come to, all together. */
export const TREE_LIMITS = { packages: 2000, entries: 200_000, bytes: 2048 * MIB } as const;

/** What is looked at of an entry before it is unpacked. */
interface SizedEntry {
  readonly path: string;
  readonly size: number;
}

/** What a driver's dependencies have come to so far. */
export class TreeBudget {
  readonly #subject: string;
  #packages = 0;
  #entries = 0;
  #bytes = 0;

  /** @param name the package that has the dependencies, for messages */
  constructor(name: unknown) {
    this.#subject = String(name);
  }

  /** @throws {MachineError} `DRIVER_TOO_LARGE` */
  addPackage(): void {
    this.#packages += 1;
    if (this.#packages > TREE_LIMITS.packages)
      throw tooLarge(this.#subject, `its dependencies are more than ${TREE_LIMITS.packages} packages`);
  }

  /** @throws {MachineError} `DRIVER_TOO_LARGE` */
  addEntry({ size }: SizedEntry): void {
    this.#entries += 1;
    this.#bytes += size;
    if (this.#entries > TREE_LIMITS.entries) throw tooLarge(this.#subject, `its dependencies have more than ${TREE_LIMITS.entries} files`);
    if (this.#bytes > TREE_LIMITS.bytes)
      throw tooLarge(this.#subject, `its dependencies unpack to more than ${megabytes(TREE_LIMITS.bytes)}`);
  }
}

/** Measures an archive while it is read, so that reading stops where it breaks a limit, not after its end. */
export class ArchiveMeter {
  readonly #subject: string;
  readonly #budget: TreeBudget | undefined;
  #entries = 0;
  #entryBytes = 0;
  #bytes = 0;
  #endedAt: number | undefined;

  /**
   * @param subject what is unpacked, for messages
   * @param budget what it counts towards besides
   */
  constructor(subject: string, budget?: TreeBudget) {
    this.#subject = subject;
    this.#budget = budget;
  }

  /**
   * Counts unpacked bytes, whether they belong to entries or not.
   *
   * @param packedBytes the size of the packed archive
   * @throws {MachineError} `DRIVER_TOO_LARGE`
   */
  addBytes(count: number, packedBytes: number): void {
    const { bytes, ratio, ratioCountsFromBytes, bytesAfterEnd } = ARCHIVE_LIMITS;
    this.#bytes += count;
    if (this.#bytes > bytes) throw tooLarge(this.#subject, `it unpacks to more than ${megabytes(bytes)}`);
    if (this.#bytes > ratioCountsFromBytes && this.#bytes > ratio * packedBytes) {
      throw tooLarge(this.#subject, `it unpacks to more than ${ratio} times its size`);
    }
    if (this.#endedAt !== undefined && this.#bytes > this.#endedAt + bytesAfterEnd) {
      throw tooLarge(this.#subject, "it goes on after the archive's end");
    }
  }

  /** @throws {MachineError} `DRIVER_TOO_LARGE` */
  addEntry(entry: SizedEntry): void {
    const { entries, entryBytes, bytes, pathBytes, pathParts } = ARCHIVE_LIMITS;
    const shown = JSON.stringify(entry.path.slice(0, 200));
    this.#entries += 1;
    if (this.#entries > entries) throw tooLarge(this.#subject, `it has more than ${entries} entries`);
    this.#entryBytes += entry.size;
    if (this.#entryBytes > bytes && entry.size <= entryBytes) throw tooLarge(this.#subject, `it unpacks to more than ${megabytes(bytes)}`);
    if (entry.size > entryBytes) throw tooLarge(this.#subject, `its entry ${shown} has more than ${megabytes(entryBytes)}`);
    if (Buffer.byteLength(entry.path) > pathBytes)
      throw tooLarge(this.#subject, `an entry's path has more than ${pathBytes} bytes: ${shown}…`);
    if (entry.path.split("/").length > pathParts)
      throw tooLarge(this.#subject, `an entry lies more than ${pathParts} folders deep: ${shown}…`);
    this.#budget?.addEntry(entry);
  }

  /** The archive's last entry was read. */
  end(): void {
    this.#endedAt ??= this.#bytes;
  }
}

function tooLarge(subject: string, problem: string): MachineError {
  return new MachineError("DRIVER_TOO_LARGE", `${subject} was refused: ${problem}. Nothing of it was kept.`, {
    suggestions: [
      "Check that this is the right package or repository. If it is, tell its author: a driver holds its own files, and what it needs to run.",
    ],
  });
}

function megabytes(bytes: number): string {
  return `${bytes / MIB} MiB`;
}
