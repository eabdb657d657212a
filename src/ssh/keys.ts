import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SshKey, SshKeyOptions } from "@docker-machine/driver-sdk";
import type { ParsedKey } from "ssh2";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { PRIVATE_FILE_MODE, writeAtomically } from "../files/atomic-file.js";
import { openSshPrivateKey, openSshPublicKey } from "./open-ssh-key.js";

const RSA_BITS = 3072;

/** Which key {@link createSshKey} makes. */
export interface CreateSshKeyOptions extends SshKeyOptions {
  /** Ends the public key's line. Default: none. */
  readonly comment?: string;
}

/**
 * Makes `id_ed25519` or `id_rsa` and its `.pub` in `directory`, both readable by their owner alone, or returns the ones that are there.
 * The private key is on disk first, so a missing public one is made from it.
 */
export async function createSshKey(directory: string, options: CreateSshKeyOptions = {}): Promise<SshKey> {
  const { type = "ed25519", comment = "" } = options;
  const privateKeyPath = join(directory, `id_${type}`);
  const publicKeyPath = `${privateKeyPath}.pub`;
  const privateKey = await readOptional(privateKeyPath);
  const publicKey = await readOptional(publicKeyPath);
  if (privateKey === undefined) return generateSshKey(privateKeyPath, type, comment);
  if (publicKey !== undefined) return { privateKeyPath, publicKey: publicKey.trim() };
  const made = await publicKeyOf(privateKeyPath, privateKey, comment);
  await writeAtomically(publicKeyPath, `${made}\n`, { mode: PRIVATE_FILE_MODE });
  return { privateKeyPath, publicKey: made };
}

/**
 * Reads a private key in any unencrypted form that OpenSSL or OpenSSH knows.
 *
 * @throws {MachineError} `SSH_KEY_MISSING`, `SSH_KEY_ENCRYPTED`, `SSH_KEY_UNREADABLE`
 */
export async function readPrivateKey(path: string): Promise<ParsedKey> {
  const content = await readOptional(path);
  if (content !== undefined) return parsePrivateKey(path, content);
  throw new MachineError("SSH_KEY_MISSING", `The SSH key ${path} does not exist.`, {
    suggestions: ["Put it back from a backup, or check the driver's option for it."],
  });
}

async function generateSshKey(privateKeyPath: string, type: "ed25519" | "rsa", comment: string): Promise<SshKey> {
  const { privateKey } = await (type === "rsa"
    ? promisify(generateKeyPair)("rsa", { modulusLength: RSA_BITS })
    : promisify(generateKeyPair)("ed25519"));
  const publicKey = openSshPublicKey(privateKey, comment);
  // A public key of a private one that is gone must not stay beside the new one if this process is killed between the two.
  await rm(`${privateKeyPath}.pub`, { force: true });
  await writeAtomically(privateKeyPath, openSshPrivateKey(privateKey, comment), { mode: PRIVATE_FILE_MODE });
  await writeAtomically(`${privateKeyPath}.pub`, `${publicKey}\n`, { mode: PRIVATE_FILE_MODE });
  return { privateKeyPath, publicKey };
}

async function publicKeyOf(path: string, privateKey: string, comment: string): Promise<string> {
  const key = await parsePrivateKey(path, privateKey);
  return `${key.type} ${key.getPublicSSH().toString("base64")} ${comment}`.trim();
}

async function parsePrivateKey(path: string, content: string): Promise<ParsedKey> {
  const { default: ssh2 } = await import("ssh2");
  const parsed = ssh2.utils.parseKey(content);
  if (!(parsed instanceof Error) && parsed.isPrivateKey()) return parsed;
  if (parsed instanceof Error && /encrypted/i.test(`${parsed.message}${content.slice(0, 200)}`)) throw encrypted(path, parsed);
  const problem = parsed instanceof Error ? parsed : new Error("It is a public key.");
  try {
    const converted = ssh2.utils.parseKey(convert(createPrivateKey(content)));
    if (!(converted instanceof Error)) return converted;
  } catch {
    // What ssh2 said of the key is told below.
  }
  throw new MachineError("SSH_KEY_UNREADABLE", `The file ${path} is not a private SSH key: ${messageOf(problem)}`, {
    cause: problem,
    suggestions: [`ssh-keygen -y -f ${path}`],
  });
}

/** What ssh2 reads, of a key in a form that only OpenSSL knows. */
function convert(key: KeyObject): string {
  if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" }).toString();
  return openSshPrivateKey(key, "");
}

function encrypted(path: string, cause: Error): MachineError {
  return new MachineError("SSH_KEY_ENCRYPTED", `The SSH key ${path} is encrypted, and docker-machine does not ask for passphrases.`, {
    cause,
    suggestions: [
      `Let an agent hold it, and don't name it: ssh-add ${path}`,
      `Or store it without a passphrase: ssh-keygen -p -N '' -f ${path}`,
    ],
  });
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw new MachineError("SSH_KEY_UNREADABLE", `The SSH key ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
