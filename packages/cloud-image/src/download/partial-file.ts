import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { HttpAnswer } from "./http-connection.js";

/** What tells a later process whether the server still has the same file. */
interface Origin {
  readonly url: string;
  /** A strong ETag, or the date of the last change. */
  readonly validator?: string;
}

/**
 * A file that is being fetched: `PATH` with what has come so far, and `PATH.json` with where it comes from. It outlives its process.
 * Its checksum is computed as it grows.
 */
export class PartialFile implements AsyncDisposable {
  readonly path: string;
  readonly #algorithm: string;
  readonly #file: FileHandle;
  #hash: Hash;
  #length: number;
  #origin: Origin | undefined;

  private constructor(
    path: string,
    algorithm: string,
    file: FileHandle,
    start: { hash: Hash; length: number; origin: Origin | undefined },
  ) {
    this.path = path;
    this.#algorithm = algorithm;
    this.#file = file;
    this.#hash = start.hash;
    this.#length = start.length;
    this.#origin = start.origin;
  }

  /** Opens what an earlier process left, or begins. */
  static async open(path: string, algorithm: "sha256" | "sha512"): Promise<PartialFile> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, "a+", 0o600);
    try {
      const hash = createHash(algorithm);
      const { size } = await file.stat();
      if (size > 0) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
      return new PartialFile(path, algorithm, file, { hash, length: size, origin: await readOrigin(path) });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** Whether a server can be asked for the rest of exactly this file. */
  get isResumable(): boolean {
    return this.#length > 0 && this.#origin?.validator !== undefined;
  }

  /** How the rest is asked for. With `onlyIfUnchanged`, a server whose file has changed sends all of it (RFC 9110, 13.1.5). */
  rangeHeaders({ onlyIfUnchanged }: { readonly onlyIfUnchanged: boolean }): Record<string, string> {
    if (this.#length === 0) return {};
    const validator = onlyIfUnchanged ? this.#origin?.validator : undefined;
    return { range: `bytes=${this.#length}-`, ...(validator === undefined ? {} : { "if-range": validator }) };
  }

  /** Whether the same address now tells of another file. Mirrors of one file may tell of it in different ways. */
  hasChanged(answer: HttpAnswer): boolean {
    const { url, validator } = originOf(answer);
    return (
      this.#origin?.url === url && this.#origin.validator !== undefined && validator !== undefined && this.#origin.validator !== validator
    );
  }

  /** Writes down where the bytes come from. */
  async comesFrom(answer: HttpAnswer): Promise<void> {
    this.#origin = originOf(answer);
    await writeFile(`${this.path}.json`, JSON.stringify(this.#origin), { mode: 0o600 });
  }

  async append(chunk: Buffer): Promise<void> {
    let written = 0;
    while (written < chunk.length) written += (await this.#file.write(chunk, written)).bytesWritten;
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  /** Forgets everything that has come. */
  async startAgain(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash(this.#algorithm);
    this.#length = 0;
  }

  /** The checksum of what is there. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Brings what was written to the disk. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** A weak ETag doesn't hold for bytes (RFC 9110, 8.8.1). */
function originOf({ url, header }: HttpAnswer): Origin {
  const etag = header("etag");
  const validator = etag?.startsWith('"') === true ? etag : header("last-modified");
  return { url, ...(validator === undefined ? {} : { validator }) };
}

async function readOrigin(path: string): Promise<Origin | undefined> {
  try {
    const { url, validator } = JSON.parse(await readFile(`${path}.json`, "utf8")) as Partial<Record<keyof Origin, unknown>>;
    if (typeof url !== "string") return undefined;
    return { url, ...(typeof validator === "string" ? { validator } : {}) };
  } catch {
    return undefined;
  }
}
