import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** A hash that a file has, or should have. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha384" | "sha512";
  /** Lower case. */
  readonly hex: string;
}

/** Files of a release that may tell an asset's hash. */
export interface ChecksumFiles {
  /** The likeliest first: the asset's own, then those of all assets. */
  readonly files: readonly string[];
  /** Files of hashes that can be forged: MD5 and SHA-1. */
  readonly weak: readonly string[];
}

/** What a file of checksums says of one asset. */
export type ToldChecksums =
  | { readonly kind: "told"; readonly checksums: readonly Checksum[] }
  /** It names the asset, but with a hash that can be forged. */
  | { readonly kind: "weak" }
  | { readonly kind: "untold" };

const ALGORITHMS: ReadonlyMap<number, Checksum["algorithm"]> = new Map([
  [64, "sha256"],
  [96, "sha384"],
  [128, "sha512"],
]);
/** Lengths of MD5 and SHA-1. */
const WEAK_LENGTHS = [32, 40];
const STRONG_ENDING = /\.(?:sha-?(?:256|384|512)(?:sums?)?|sums?|checksums?|digest)(?:\.txt)?$/i;
const WEAK_ENDING = /\.(?:md5|sha-?1)(?:sums?)?(?:\.txt)?$/i;
const OF_ALL = /(?:^|[-_.])(?:checksums?|sha-?(?:256|384|512)?[-_.]?(?:sums?|checksums?)|sums|hashes|digests)(?=$|[-_.])/i;
const WEAK_OF_ALL = /(?:^|[-_.])(?:md5|sha-?1)[-_.]?(?:sums?|checksums?)?(?:$|[-_.])/i;
/** Signatures of checksums, and programs with such a word in their names. */
const NO_CHECKSUMS = /\.(?:asc|sig|sigstore|minisig|pem|crt|cert|pub|json|jsonl|gz|xz|zip|tgz|tar|exe|deb|rpm|apk)$/i;

/** Finds the files among a release's that may tell an asset's hash: `SHA256SUMS`, `checksums.txt`, `NAME_1.0.0_checksums.txt`, `ASSET.sha256`, `sha256sum-amd64.txt`, and the like. */
export function checksumFilesOf(asset: string, assets: readonly string[]): ChecksumFiles {
  const others = assets.filter((name) => name !== asset && !NO_CHECKSUMS.test(name));
  const own = others.filter((name) => isOwnChecksumFile(name, asset));
  const ofAll = others.filter((name) => !own.includes(name) && OF_ALL.test(name) && !belongsToAnother(name, assets));
  const isWeak = (name: string) => WEAK_ENDING.test(name) || (WEAK_OF_ALL.test(name) && !/sha-?(?:256|384|512)/i.test(name));
  const weakOwn = others.filter((name) => name.startsWith(`${asset}.`) && WEAK_ENDING.test(name));
  const weakOfAll = others.filter((name) => WEAK_OF_ALL.test(name) && isWeak(name) && !belongsToAnother(name, assets));
  return {
    files: [...own.sort(), ...ofAll.sort()].filter((name) => !isWeak(name)),
    weak: [...new Set([...weakOwn, ...weakOfAll])].sort(),
  };
}

/** Whether a file is about this one asset alone. */
export function isOwnChecksumFile(file: string, asset: string): boolean {
  return file.startsWith(`${asset}.`) && STRONG_ENDING.test(file.slice(asset.length));
}

/**
 * Reads a file of checksums: `HASH  NAME` and `HASH *NAME` of GNU's programs, `SHA256 (NAME) = HASH` of BSD's, `NAME: HASH`, and a hash alone.
 *
 * @param isOwn whether the file is about this asset alone; then a single hash counts whatever name stands beside it
 */
export function readChecksums(text: string, asset: string, { isOwn }: { readonly isOwn: boolean }): ToldChecksums {
  const entries = text.split(/\r?\n/).flatMap((line) => readLine(line.trim()) ?? []);
  const named = entries.filter(({ name }) => name !== undefined && baseName(name) === asset);
  const meant = named.length > 0 || !isOwn || entries.length !== 1 ? named : entries;
  const checksums = meant.flatMap(({ hex }) => {
    const algorithm = ALGORITHMS.get(hex.length);
    return algorithm === undefined ? [] : [{ algorithm, hex }];
  });
  if (checksums.length > 0) return { kind: "told", checksums };
  return { kind: meant.some(({ hex }) => WEAK_LENGTHS.includes(hex.length)) ? "weak" : "untold" };
}

/** Reads a digest as an API tells it: `sha256:HEX`. Absent if it is of another kind. */
export function readDigest(digest: string | undefined): Checksum | undefined {
  const [, prefix = "", hex = ""] = /^(sha\d+):([0-9a-f]+)$/i.exec(digest ?? "") ?? [];
  const algorithm = ALGORITHMS.get(hex.length);
  return algorithm === undefined || algorithm !== prefix.toLowerCase() ? undefined : { algorithm, hex: hex.toLowerCase() };
}

/** The hash of a file. */
export async function hashFile(file: string, algorithm: Checksum["algorithm"]): Promise<Checksum> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return { algorithm, hex: hash.digest("hex") };
}

/** A hash as receipts have it, in the form of {@link https://w3c.github.io/webappsec-subresource-integrity/ | SRI}. */
export function formatIntegrity({ algorithm, hex }: Checksum): string {
  return `${algorithm}-${Buffer.from(hex, "hex").toString("base64")}`;
}

interface ChecksumLine {
  readonly hex: string;
  readonly name?: string;
}

const HEX = "([0-9a-f]{32,128})";
const GNU = new RegExp(`^\\\\?${HEX}(?:\\s+\\*?(.+))?$`, "i");
const BSD = new RegExp(`^(?:sha-?\\d+|md5)\\s*\\((.+)\\)\\s*=\\s*${HEX}$`, "i");
const NAME_FIRST = new RegExp(`^(\\S+?):?\\s+${HEX}$`, "i");

function readLine(line: string): ChecksumLine | undefined {
  const [, hash, name] = GNU.exec(line) ?? [];
  if (hash !== undefined) return { hex: hash.toLowerCase(), ...(name === undefined ? {} : { name }) };
  const [, before, after] = BSD.exec(line) ?? NAME_FIRST.exec(line) ?? [];
  return before === undefined || after === undefined ? undefined : { hex: after.toLowerCase(), name: before };
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** Whether a file of checksums is called by another asset's name: it is about that one. */
function belongsToAnother(file: string, assets: readonly string[]): boolean {
  return assets.some((other) => other !== file && file.startsWith(`${other}.`));
}
