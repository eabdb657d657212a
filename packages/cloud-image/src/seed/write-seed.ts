import type { Seed } from "./seed.js";

/**
 * Writes the disk that tells a guest its name, user, key and network at the first boot: an ISO 9660 image labelled `cidata`, as
 * cloud-init's NoCloud reads it. It is written beside `path` and renamed, mode 0600; the same seed makes the same bytes.
 *
 * @throws {DriverError} `USER_DATA_INVALID`, `USER_DATA_CONFLICT`, `SEED_INVALID`
 */
export async function writeSeed(_path: string, _seed: Seed): Promise<void> {
  throw new Error("not written yet");
}
