import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { CandidateFacts } from "../candidate.js";
import type { GitHostApi, Release, ReleaseAsset } from "../git-hosts/git-host-api.js";
import { plainLine } from "../plain-line.js";
import {
  type Checksum,
  checksumFilesOf,
  formatIntegrity,
  hashFile,
  isOwnChecksumFile,
  readChecksums,
  readDigest,
} from "../programs/checksums.js";

/** A release whose files are fetched. */
export interface ReleaseFilesOptions {
  readonly api: GitHostApi;
  readonly release: Release;
  /** The repository's source, for messages. */
  readonly repository: string;
  /** A private folder for this release alone. */
  readonly scratch: string;
}

/** What vouches for an asset. */
export interface Vouchers {
  /** All that were found; none contradicts another. */
  readonly all: readonly Voucher[];
  /** Why there are none, or no more: what was found and can't be used. */
  readonly unusable: readonly string[];
}

interface Voucher {
  readonly checksum: Checksum;
  /** Who tells it, for messages. */
  readonly teller: string;
  readonly kind: NonNullable<CandidateFacts["checksum"]>;
}

/** A downloaded asset that is what its vouchers say. */
export interface VerifiedAsset {
  readonly file: string;
  /** As receipts have it. */
  readonly integrity: string;
}

const CHECKSUM_FILES = 6;
const CHECKSUM_FILE_BYTES = 1024 * 1024;

/** The files of one release: each is downloaded once, and held against what the release's checksum files and the host's API say. */
export class ReleaseFiles {
  readonly #options: ReleaseFilesOptions;
  readonly #assets: ReadonlyMap<string, ReleaseAsset>;
  readonly #downloads = new Map<string, Promise<string>>();

  constructor(options: ReleaseFilesOptions) {
    this.#options = options;
    this.#assets = new Map(options.release.assets.map((asset) => [asset.name, asset]));
  }

  /** The names of the release's assets. */
  get names(): readonly string[] {
    return [...this.#assets.keys()];
  }

  /** An asset of the release in words, for messages. */
  describe(asset: string): string {
    return `${plainLine(asset)} in the release ${this.#options.release.tag} of ${this.#options.repository}`;
  }

  /** What is known of an asset: when it came out, since when it is as it is, and what vouches for it. */
  factsOf(asset: string, { all: [voucher] }: Vouchers): CandidateFacts {
    const { publishedAt } = this.#options.release;
    const { uploadedAt } = this.#assets.get(asset) ?? {};
    return {
      ...(publishedAt === undefined ? {} : { publishedAt }),
      ...(uploadedAt === undefined ? {} : { unchangedSince: later(uploadedAt, publishedAt) }),
      ...(voucher === undefined ? {} : { checksum: voucher.kind }),
    };
  }

  /**
   * Looks for what vouches for an asset, without downloading it.
   *
   * @throws {MachineError} `SOURCE_INTEGRITY` if two of them contradict each other, and as downloading a file of checksums
   */
  async vouchersOf(asset: string): Promise<Vouchers> {
    const { files, weak } = checksumFilesOf(asset, this.names);
    const unusable = weak.map((file) => `${file} has hashes that can be forged`);
    const all: Voucher[] = [];
    for (const file of files.slice(0, CHECKSUM_FILES)) {
      const told = await this.#readChecksumFile(file, asset);
      if (typeof told === "string") unusable.push(told);
      else all.push(...told);
    }
    const digest = readDigest(this.#assets.get(asset)?.digest);
    if (digest !== undefined) all.push({ checksum: digest, teller: "the host's API", kind: "api-digest" });
    this.#refuseContradiction(asset, all);
    return { all, unusable };
  }

  /**
   * Downloads an asset, and holds it against all of its vouchers.
   *
   * @throws {MachineError} `SOURCE_INTEGRITY` with both hashes, and as the host's API
   */
  async fetch(asset: string, { all }: Vouchers): Promise<VerifiedAsset> {
    const file = await this.#download(asset);
    for (const { checksum, teller } of all) {
      const actual = await hashFile(file, checksum.algorithm);
      if (actual.hex !== checksum.hex)
        throw this.#differs(asset, `${teller} says that its ${checksum.algorithm} is ${checksum.hex}, but what came has ${actual.hex}`);
    }
    return { file, integrity: integrityOf(all) ?? formatIntegrity(await hashFile(file, "sha256")) };
  }

  async #readChecksumFile(file: string, asset: string): Promise<Voucher[] | string> {
    const { sizeBytes = 0 } = this.#assets.get(file) ?? {};
    if (sizeBytes > CHECKSUM_FILE_BYTES) return `${file} is too large to be a file of checksums`;
    const path = await this.#download(file);
    if ((await stat(path)).size > CHECKSUM_FILE_BYTES) return `${file} is too large to be a file of checksums`;
    const told = readChecksums(await readFile(path, "utf8"), asset, { isOwn: isOwnChecksumFile(file, asset) });
    if (told.kind === "told") return told.checksums.map((checksum) => ({ checksum, teller: file, kind: "checksum-file" }));
    return told.kind === "weak" ? `${file} has a hash that can be forged` : `${file} doesn't list it`;
  }

  #refuseContradiction(asset: string, vouchers: readonly Voucher[]): void {
    for (const { checksum, teller } of vouchers) {
      const other = vouchers.find((each) => each.checksum.algorithm === checksum.algorithm && each.checksum.hex !== checksum.hex);
      if (other === undefined) continue;
      throw this.#differs(
        asset,
        `${teller} says that its ${checksum.algorithm} is ${checksum.hex}, but ${other.teller} says ${other.checksum.hex}`,
      );
    }
  }

  #download(asset: string): Promise<string> {
    const known = this.#downloads.get(asset) ?? this.#start(asset);
    this.#downloads.set(asset, known);
    return known;
  }

  async #start(name: string): Promise<string> {
    const asset = this.#assets.get(name);
    if (asset === undefined) throw new Error(`The release has no ${name}.`);
    await mkdir(this.#options.scratch, { recursive: true });
    // An asset's name is not ours to make a path of.
    const file = join(this.#options.scratch, `asset-${this.names.indexOf(name)}`);
    await this.#options.api.download(asset, file);
    return file;
  }

  #differs(asset: string, problem: string): MachineError {
    return new MachineError("SOURCE_INTEGRITY", `${this.describe(asset)} was refused: ${problem}. Nothing of it was kept.`, {
      suggestions: ["Try again. If it stays, tell the driver's author: a file of the release may have been changed."],
    });
  }
}

/** The hash that is recorded, as far as it is known before the download. */
export function integrityOf(vouchers: readonly Voucher[]): string | undefined {
  // The kind that the most tell: so what is recorded stays the same when one more tells it.
  const told = vouchers.find(({ checksum }) => checksum.algorithm === "sha256") ?? vouchers[0];
  return told === undefined ? undefined : formatIntegrity(told.checksum);
}

/** A file that was uploaded before its release came out was not to be had until then. */
function later(one: string, other: string | undefined): string {
  return other !== undefined && Date.parse(other) > Date.parse(one) ? other : one;
}
