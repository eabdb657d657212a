import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hasCode, MachineError, messageOf } from "../errors.js";

/** Mode of a certificate: anybody may read it. */
export const CERTIFICATE_MODE = 0o644;

/** Where a certificate and its key are, and what messages call them. */
export interface PairPaths {
  /** Such as `CA` or `client`. */
  readonly role: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** Reads a PEM certificate. Absent: `undefined`. */
export async function readCertificate(path: string): Promise<X509Certificate | undefined> {
  const pem = await readOptional(path);
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new MachineError("CERTIFICATE_UNREADABLE", `The file ${path} is not a certificate in PEM form: ${messageOf(cause)}`, {
      cause,
      suggestions: ["Put the right file there from a backup.", `If nothing relies on it, remove it: rm ${path}`],
    });
  }
}

/** Reads an unencrypted PEM key. Absent: `undefined`. */
export async function readKey(path: string): Promise<KeyObject | undefined> {
  const pem = await readOptional(path);
  if (pem === undefined) return undefined;
  const isEncrypted = /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const problem = isEncrypted ? "is encrypted" : `is not a private key in PEM form: ${messageOf(cause)}`;
    throw new MachineError("CERTIFICATE_KEY_UNREADABLE", `The file ${path} ${problem}`, {
      cause,
      suggestions: isEncrypted ? [`openssl pkey -in ${path} -out ${path}.plain`] : ["Put the right file there from a backup."],
    });
  }
}

/**
 * Checks that a certificate is valid now and belongs to its key.
 *
 * @param key absent if there is none to compare with
 * @throws {MachineError} `CERTIFICATE_EXPIRED`, `CERTIFICATE_KEY_MISMATCH`
 */
export function checkPair(paths: PairPaths, certificate: X509Certificate, key: KeyObject | undefined): void {
  const { role, certificatePath, keyPath } = paths;
  if (key !== undefined && !certificate.checkPrivateKey(key)) {
    throw new MachineError(
      "CERTIFICATE_KEY_MISMATCH",
      `The ${role} certificate ${certificatePath} does not belong to the key ${keyPath}.`,
      {
        suggestions: ["Put the two files that belong together there from a backup."],
      },
    );
  }
  const now = Date.now();
  if (now > Date.parse(certificate.validTo)) throw expired(paths, `ended on ${certificate.validTo}`);
  if (now < Date.parse(certificate.validFrom)) throw expired(paths, `starts on ${certificate.validFrom}`);
}

/** Whether `authority` signed `certificate`. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function expired({ role, certificatePath }: PairPaths, when: string): MachineError {
  return new MachineError("CERTIFICATE_EXPIRED", `The validity of the ${role} certificate ${certificatePath} ${when}.`, {
    suggestions: [
      "Check this computer's clock: date",
      `If it is right, remove the certificate; the next create makes a new one from the same key: rm ${certificatePath}`,
    ],
  });
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw new MachineError("CERTIFICATE_UNREADABLE", `The file ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
