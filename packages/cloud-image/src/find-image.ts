import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DriverError } from "@docker-machine/driver-sdk";
import { distance } from "fastest-levenshtein";
import { CATALOGUE, catalogueImage } from "./catalogue/catalogue.js";
import type { CatalogueImage } from "./catalogue/catalogue-image.js";
import type { Architecture, GuestHardware } from "./cloud-image.js";
import type { DownloadImage, ImageSource } from "./image-source.js";
import { parseImageUrl, shownUrl } from "./image-url.js";

/** The image of a machine whose user wished for none. */
export const DEFAULT_IMAGE = "debian-13";

/** Which guest the image is for. */
export interface FindImageOptions {
  readonly architecture: Architecture;
  readonly hardware: GuestHardware;
}

/** A path: it has a slash (either), begins with a dot, or ends as disk images do. `C:\…` has a slash, too. */
const PATH = /[/\\]|^\.|\.(qcow2|img|raw|vmdk|vdi|vhd|iso|xz|gz|zst|bz2|zip)$/i;
/** Two letters at least, so that `C:` is none. */
const SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * Reads a wish for an image, without looking at any disk or network.
 *
 * @param wish a name of the catalogue (`debian-13`, `ubuntu`), an URL with its checksum (`https://…#sha256=HEX`), or the path of a file
 * @throws {DriverError} `IMAGE_UNKNOWN`, `IMAGE_ARCHITECTURE_MISSING`, `IMAGE_HARDWARE_UNSUPPORTED`, `IMAGE_URL_INVALID`
 */
export function findImage(wish: string, options: FindImageOptions): ImageSource {
  if (/^file:/i.test(wish)) return { kind: "file", name: wish, path: pathOf(wish) };
  if (SCHEME.test(wish)) {
    const { url, digest } = parseImageUrl(wish);
    return { kind: "download", name: shownUrl(url), urls: [url], ...(digest === undefined ? {} : { digest }) };
  }
  const image = catalogueImage(wish);
  if (image !== undefined) return pinnedImage(image, options);
  if (PATH.test(wish)) return { kind: "file", name: wish, path: resolve(wish) };
  throw unknown(wish);
}

function pinnedImage(image: CatalogueImage, { architecture, hardware }: FindImageOptions): DownloadImage {
  const ofArchitecture = image.builds.filter((build) => build.architecture === architecture);
  if (ofArchitecture.length === 0) {
    throw new DriverError("IMAGE_ARCHITECTURE_MISSING", `There is no image of ${image.title} for ${architecture}.`, {
      suggestions: [`These have one: ${names((other) => other.builds.some((build) => build.architecture === architecture))}`],
    });
  }
  const build = ofArchitecture.find((candidate) => candidate.hardware.includes(hardware));
  if (build === undefined) {
    throw new DriverError(
      "IMAGE_HARDWARE_UNSUPPORTED",
      `The image of ${image.title} has no drivers for ${hardware === "emulated" ? "the disks and network cards that this driver emulates" : "virtio devices"}.`,
      { suggestions: [`These have them: ${names((other) => other.builds.some((each) => each.hardware.includes(hardware)))}`] },
    );
  }
  const { urls, digest, format } = build;
  const { name, defaultUser, caveat, newest } = image;
  const stand = newest?.[architecture];
  return {
    kind: "download",
    name,
    urls,
    digest,
    format,
    defaultUser,
    ...(caveat === undefined ? {} : { caveat }),
    ...(stand === undefined ? {} : { newest: stand }),
  };
}

function pathOf(wish: string): string {
  try {
    return fileURLToPath(wish);
  } catch (cause) {
    throw new DriverError("IMAGE_URL_INVALID", `The image ${wish} is not the URL of a file on this computer.`, {
      cause,
      suggestions: ["Type the file's path instead: ./my-image.qcow2"],
    });
  }
}

function unknown(wish: string): DriverError {
  const meant = CATALOGUE.flatMap(({ name, aliases }) => [name, ...aliases])
    .map((name) => ({ name, edits: distance(wish.toLowerCase(), name) }))
    .sort((one, other) => one.edits - other.edits)[0];
  const isNear = meant !== undefined && meant.edits <= Math.max(1, Math.floor(meant.name.length / 3));
  return new DriverError("IMAGE_UNKNOWN", `There is no image named "${wish}".`, {
    suggestions: [
      ...(isNear ? [`Did you mean ${meant.name}?`] : []),
      `These have names: ${names(() => true)}`,
      "Or name a file (./my-image.qcow2), or an URL with its checksum (https://…#sha256=HEX).",
    ],
  });
}

function names(isFit: (image: CatalogueImage) => boolean): string {
  return CATALOGUE.filter(isFit)
    .map(({ name }) => name)
    .join(", ");
}
