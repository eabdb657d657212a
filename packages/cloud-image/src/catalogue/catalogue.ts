import { ALPINE_IMAGES } from "./alpine.js";
import type { CatalogueImage } from "./catalogue-image.js";
import { DEBIAN_IMAGES } from "./debian.js";
import { FEDORA_IMAGES } from "./fedora.js";
import { UBUNTU_IMAGES } from "./ubuntu.js";

/** All images that have a name. */
export const CATALOGUE: readonly CatalogueImage[] = [...DEBIAN_IMAGES, ...UBUNTU_IMAGES, ...FEDORA_IMAGES, ...ALPINE_IMAGES];

/** The image of that name or other name. Capitals don't matter. */
export function catalogueImage(name: string): CatalogueImage | undefined {
  const wanted = name.toLowerCase();
  return CATALOGUE.find((image) => image.name === wanted || image.aliases.includes(wanted));
}
