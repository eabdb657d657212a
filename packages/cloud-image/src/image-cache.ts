import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DriverError, isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import type { ImageFormat, ImageHost } from "./cloud-image.js";
import { diskFull } from "./download/disk-space.js";
import { readImageFormat } from "./image-format.js";
import type { Digest } from "./image-source.js";
import { packingOf, unpack } from "./unpack.js";

/** An image of the cache. */
export interface CachedImage {
  readonly path: string;
  readonly format: ImageFormat;
}

/** What the cache wrote down of an image: `NAME.json` beside `NAME.img`. */
interface ImageRecord {
  /** Of the file as it was fetched. */
  readonly digest: Digest;
  /** Of the file that is kept: another one if it came packed. */
  readonly content: Digest;
  readonly size: number;
  readonly mtimeMs: number;
  readonly format: ImageFormat;
  /** For people who look into the folder. */
  readonly name: string;
  readonly url: string;
}

/** Where an image came from, for the record. */
export type ImageOrigin = Pick<ImageRecord, "name" | "url">;

/** Enough digits that no two images share a name. The whole checksum stands in the record. */
const NAME_DIGITS = 32;

/** Images that were verified, by their checksums. They are read-only, and shared by all machines. Changes are made under the caller's lock. */
export class ImageCache {
  readonly directory: string;
  readonly #host: Pick<ImageHost, "log" | "signal" | "progress">;

  constructor(directory: string, host: Pick<ImageHost, "log" | "signal" | "progress">) {
    this.directory = directory;
    this.#host = host;
  }

  /** Where an image is fetched to before it is verified. */
  partialPath(digest: Digest): string {
    return `${this.#base(digest)}.part`;
  }

  /** An image that is there and has not been touched since it was verified. */
  async untouched(digest: Digest): Promise<CachedImage | undefined> {
    const path = this.#path(digest);
    const record = await this.#record(digest);
    const { size, mtimeMs } = (await stat(path).catch(() => undefined)) ?? {};
    return record?.size === size && record?.mtimeMs === mtimeMs && record !== undefined ? { path, format: record.format } : undefined;
  }

  /** An image that is there; one that was touched is verified again, and removed if it is no longer what it was. */
  async find(digest: Digest, origin: ImageOrigin): Promise<CachedImage | undefined> {
    const untouched = await this.untouched(digest);
    if (untouched !== undefined) return untouched;
    const path = this.#path(digest);
    if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
    this.#host.progress(`Verifying ${origin.name}`);
    const content = (await this.#record(digest))?.content ?? digest;
    if ((await digestOf(path, content, this.#host.signal)) === content) return await this.#describe({ digest, content }, origin);
    this.#host.log.warn(`The cached image ${path} is no longer what it was: it is fetched again.`);
    await this.#remove(digest);
    return undefined;
  }

  /**
   * Takes in a verified file, unpacked if it is packed. The file itself is gone then.
   *
   * @throws {DriverError} `IMAGE_FORMAT_UNSUPPORTED`, `IMAGE_UNSAFE`; the file is gone then, too
   */
  async adopt(partial: string, digest: Digest, origin: ImageOrigin): Promise<CachedImage> {
    const packing = await packingOf(partial);
    let content = digest;
    let whole = partial;
    try {
      if (packing !== undefined) {
        this.#host.progress(`Unpacking ${origin.name}`);
        whole = `${this.#base(digest)}.unpacked`;
        await unpack(partial, whole, packing, this.#host.signal);
        content = await digestOf(whole, "sha256:", this.#host.signal);
      }
      await readImageFormat(whole, origin.name);
    } catch (error) {
      if (!this.#host.signal.aborted) await removeFiles(partial, `${partial}.json`);
      if (whole !== partial) await removeFiles(whole);
      throw isDriverError(error) ? error : this.#unpackingFailed(origin.name, error as NodeJS.ErrnoException);
    }
    await this.#remove(digest);
    await chmod(whole, 0o444);
    await rename(whole, this.#path(digest));
    const image = await this.#describe({ digest, content }, origin);
    await removeFiles(partial, `${partial}.json`);
    await syncDirectory(this.directory);
    return image;
  }

  #unpackingFailed(name: string, cause: NodeJS.ErrnoException): Error {
    throwIfAborted(this.#host.signal);
    if (cause.code === "ENOSPC") return diskFull(name, this.directory, "has no room to be unpacked", cause);
    if (cause.syscall !== undefined) return cause;
    return new DriverError("IMAGE_DAMAGED", `The image ${name} can't be unpacked: ${cause.message}`, {
      cause,
      suggestions: ["Unpack it with its own program, and name the file: ./my-image.qcow2"],
    });
  }

  async #describe(digests: Pick<ImageRecord, "digest" | "content">, origin: ImageOrigin): Promise<CachedImage> {
    const path = this.#path(digests.digest);
    const format = await readImageFormat(path, origin.name);
    const { size, mtimeMs } = await stat(path);
    const record: ImageRecord = { ...digests, size, mtimeMs, format, ...origin };
    const recordPath = `${this.#base(digests.digest)}.json`;
    await writeFile(`${recordPath}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    await rename(`${recordPath}.new`, recordPath);
    return { path, format };
  }

  async #record(digest: Digest): Promise<ImageRecord | undefined> {
    try {
      const record = JSON.parse(await readFile(`${this.#base(digest)}.json`, "utf8")) as ImageRecord;
      return record.digest === digest && typeof record.content === "string" && typeof record.format === "string" ? record : undefined;
    } catch {
      return undefined;
    }
  }

  async #remove(digest: Digest): Promise<void> {
    await removeFiles(this.#path(digest), `${this.#base(digest)}.json`);
  }

  #path(digest: Digest): string {
    return `${this.#base(digest)}.img`;
  }

  #base(digest: Digest): string {
    const [algorithm = "", hex = ""] = digest.split(":");
    return join(this.directory, `${algorithm}-${hex.slice(0, NAME_DIGITS)}`);
  }
}

/** Windows removes no file that is read-only. */
async function removeFiles(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (process.platform === "win32") await chmod(path, 0o600).catch(() => undefined);
    await rm(path, { force: true });
  }
}

/** A file's checksum, by the algorithm of another checksum. */
async function digestOf(path: string, like: string, signal: AbortSignal): Promise<Digest> {
  const algorithm = like.startsWith("sha512:") ? "sha512" : "sha256";
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return `${algorithm}:${hash.digest("hex")}`;
}

/** So that the new name outlives a power failure. Windows can't, and need not. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
