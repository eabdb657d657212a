import { DriverError } from "@docker-machine/driver-sdk";
import type { Digest } from "./image-source.js";

/** An URL that a user typed, and the checksum behind its `#`. */
export interface ImageUrl {
  readonly url: string;
  readonly digest?: Digest;
}

const HEX_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/**
 * Reads `https://…#sha256=HEX`.
 *
 * @throws {DriverError} `IMAGE_URL_INVALID`
 */
export function parseImageUrl(wish: string): ImageUrl {
  const url = URL.parse(wish);
  if (url === null || !["https:", "http:"].includes(url.protocol)) {
    throw invalid(wish, "is not the URL of an image: they begin with https://, http:// or file:", []);
  }
  const fragment = url.hash.slice(1);
  url.hash = "";
  if (fragment !== "") return { url: url.href, digest: parseDigest(fragment, wish) };
  if (url.protocol === "http:") {
    throw invalid(wish, "has no checksum, and what is fetched over http:// can be changed on its way", [
      `Add the checksum: ${wish}#sha256=HEX`,
    ]);
  }
  return { url: url.href };
}

/** The URL without the password that may stand in it: for messages. */
export function shownUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.username === "" && url.password === "")) return address;
  url.username = "";
  url.password = "";
  return url.href;
}

function parseDigest(fragment: string, wish: string): Digest {
  const [, algorithm = "", hex = ""] = /^(sha256|sha512)[=:]([0-9a-f]+)$/i.exec(fragment) ?? [];
  if (hex.length !== HEX_DIGITS[algorithm.toLowerCase()]) {
    throw invalid(wish, `has no checksum behind its "#", but "${fragment}"`, [
      "Write #sha256= and 64 hexadecimal digits, or #sha512= and 128, as `sha256sum FILE` prints them.",
    ]);
  }
  return `${algorithm.toLowerCase()}:${hex.toLowerCase()}` as Digest;
}

function invalid(wish: string, problem: string, suggestions: readonly string[]): DriverError {
  return new DriverError("IMAGE_URL_INVALID", `The image ${shownUrl(wish)} ${problem}.`, { suggestions });
}
