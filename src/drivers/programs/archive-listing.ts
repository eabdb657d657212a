import type { ArchiveMeter } from "../archive/archive-limits.js";
import { problemWithEntry, unsafe } from "../archive/package-tarball.js";

/** A file in an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly size: number;
}

/** The files of an archive, each looked at as it comes. */
export class ArchiveListing {
  readonly files: ArchiveEntry[] = [];
  readonly #subject: string;
  readonly #meter: ArchiveMeter;
  readonly #paths = new Set<string>();

  constructor(subject: string, meter: ArchiveMeter) {
    this.#subject = subject;
    this.#meter = meter;
  }

  /**
   * @param kind the type as tar's library calls it
   * @throws {MachineError} `DRIVER_TARBALL_UNSAFE`, `DRIVER_TOO_LARGE`
   */
  add(entry: ArchiveEntry, kind: { readonly type: string; readonly linkpath?: string | undefined }): void {
    const { path } = entry;
    const problem = problemWithEntry({ path, ...kind, linkpath: kind.linkpath });
    if (problem !== undefined) throw unsafe(this.#subject, path, problem);
    this.#meter.addEntry(entry);
    if (kind.type === "Directory") return;
    const place = path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/");
    if (this.#paths.has(place)) throw unsafe(this.#subject, path, "is in it twice");
    this.#paths.add(place);
    this.files.push(entry);
  }
}
