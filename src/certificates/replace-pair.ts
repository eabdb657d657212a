import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { PRIVATE_FILE_MODE, writeAtomically } from "../files/atomic-file.js";
import { CERTIFICATE_MODE, type PairPaths, readCertificate, readKey } from "./pair.js";

/** A certificate and its key, as PEM. */
export interface PairContent {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * Replaces a key and its certificate, though two files can't be renamed at once. Both are written beside their places, the certificate first;
 * from the moment the key is there too, {@link finishReplacement} puts both into their places, whoever calls it. The caller holds the pair's lock.
 */
export async function replacePair(pair: PairPaths, { certificatePem, keyPem }: PairContent): Promise<void> {
  const next = nextOf(pair);
  await writeAtomically(next.certificatePath, certificatePem, { mode: CERTIFICATE_MODE });
  await writeAtomically(next.keyPath, keyPem, { mode: PRIVATE_FILE_MODE });
  await finishReplacement(pair);
}

/** Whether a replacement has begun and not ended: then key and certificate may not belong together. */
export async function isBeingReplaced(pair: PairPaths): Promise<boolean> {
  return existsSync(nextOf(pair).certificatePath);
}

/** Ends a replacement that was cut: forwards if both files were written, else backwards. The caller holds the pair's lock. */
export async function finishReplacement(pair: PairPaths): Promise<void> {
  const next = nextOf(pair);
  const certificate = await readCertificate(next.certificatePath).catch(() => undefined);
  const nextKey = await readKey(next.keyPath).catch(() => undefined);
  const isWhole = nextKey !== undefined && certificate?.checkPrivateKey(nextKey) === true;
  if (isWhole) await rename(next.keyPath, pair.keyPath);
  const key = await readKey(pair.keyPath).catch(() => undefined);
  if (key !== undefined && certificate?.checkPrivateKey(key) === true) await rename(next.certificatePath, pair.certificatePath);
  for (const path of [next.keyPath, next.certificatePath]) await rm(path, { force: true });
}

function nextOf({ role, certificatePath, keyPath }: PairPaths): PairPaths {
  return { role, certificatePath: `${certificatePath}.next`, keyPath: `${keyPath}.next` };
}
