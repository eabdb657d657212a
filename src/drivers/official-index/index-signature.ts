import { createPublicKey, verify } from "node:crypto";
import { MachineError, messageOf } from "../../errors.js";

/** Base64 of 64 bytes. */
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/;
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;
/** More lines are no signatures of ours. */
const MAX_SIGNATURES = 10;

/**
 * Checks the signature of an index: Ed25519 over the file's bytes. Both files may hold several, so that a key can be replaced: one signature by one key is enough.
 *
 * @param signatures the text of the `.sig` file: a signature in base64 on each line; lines that start with `#` don't count
 * @param keys public keys in PEM, one after the other
 * @param origin what begins a message about it: `The driver index at https://…`
 * @throws {MachineError} `INDEX_SIGNATURE_INVALID`
 */
export function checkIndexSignature(content: Buffer, signatures: string | undefined, keys: string, origin: string): void {
  if (signatures === undefined) throw refused(origin, "it has no signature");
  const lines = signatures
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const known = lines.filter((line) => SIGNATURE.test(line)).slice(0, MAX_SIGNATURES);
  if (known.length === 0) throw refused(origin, "its signature file holds no signature");
  const publicKeys = (keys.match(PEM) ?? []).map((pem) => readKey(pem, origin));
  if (known.some((line) => publicKeys.some((key) => verify(null, content, key, Buffer.from(line, "base64"))))) return;
  throw refused(origin, "its signature was not made by its maintainers, or its content was changed since");
}

function readKey(pem: string, origin: string) {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
    throw new Error(`it is a key of the kind ${key.asymmetricKeyType}`);
  } catch (error) {
    throw refused(origin, `the public key that came with docker-machine can't be read (${messageOf(error)})`);
  }
}

function refused(origin: string, problem: string): MachineError {
  return new MachineError("INDEX_SIGNATURE_INVALID", `${origin} was refused: ${problem}.`, {
    suggestions: [
      "Try again later: the index and its signature may have been published one after the other.",
      "If it stays, check the address (the setting indexAddress, or $MACHINE_INDEX_ADDRESS) and update docker-machine: npm install -g @docker-machine/cli@latest",
    ],
  });
}
