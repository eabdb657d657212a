import { join } from "node:path";

/** Where the index is on this computer. */
export interface IndexPlaces {
  /** The folder `index` of the program: the index it came with, and the public keys of the maintainers. */
  readonly shippedDirectory: string;
  /** The program's cache folder, for the index that was fetched since. */
  readonly cacheDirectory: string;
}

/** The file of the index that came with the program. */
export function shippedIndexPath({ shippedDirectory }: IndexPlaces): string {
  return join(shippedDirectory, "drivers.json");
}

/** The file of the keys that a fetched index must be signed with. */
export function publicKeyPath({ shippedDirectory }: IndexPlaces): string {
  return join(shippedDirectory, "public-key.pem");
}

/** The one file that keeps a fetched index with its signature, so that both are replaced at once. */
export function keptIndexPath({ cacheDirectory }: IndexPlaces): string {
  return join(cacheDirectory, "driver-index.json");
}
