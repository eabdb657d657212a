import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import type { Seed } from "./seed.js";

/** What cloud-init's NoCloud looks for. */
const LABEL = "cidata";

/**
 * Writes the disk that tells a guest its name, user, key and network at the first boot: an ISO 9660 image labelled `cidata`, as
 * cloud-init's NoCloud reads it. It is written beside `path` and renamed, mode 0600; the same seed makes the same bytes.
 *
 * @throws {DriverError} `USER_DATA_INVALID`, `USER_DATA_CONFLICT`, `SEED_INVALID`, `PROXY_INVALID`, `CA_CERTIFICATE_INVALID`
 */
export async function writeSeed(path: string, seed: Seed): Promise<void> {
  const [{ isoImage }, { seedFiles }] = await Promise.all([import("../iso/iso-image.js"), import("./seed-files.js")]);
  const image = isoImage(LABEL, await seedFiles(seed));
  const beside = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(beside, image, { flag: "wx", mode: 0o600 });
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * Finds what is wrong with a seed, before anything is made. It looks at no disk and no network.
 *
 * @throws {DriverError} as {@link writeSeed} does
 */
export async function checkSeed(seed: Seed): Promise<void> {
  const { seedFiles } = await import("./seed-files.js");
  await seedFiles(seed);
}
