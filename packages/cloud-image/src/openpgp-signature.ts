import { DriverError } from "@docker-machine/driver-sdk";

/** A text with a signature in it, or beside it. */
export interface SignedText {
  /** For messages: the URL it came from. */
  readonly name: string;
  readonly text: string;
  /** The detached signature, armored. Without it, the text is a cleartext-signed message. */
  readonly signature?: string;
  /** Armored. */
  readonly publicKey: string;
  /** What the key's fingerprint must be: 40 digits in capitals. */
  readonly fingerprint: string;
}

/**
 * Checks that a text was signed with a key, now valid, whose fingerprint is known.
 *
 * @returns the text that was signed: of a cleartext-signed message, only what its signature covers
 * @throws {DriverError} `IMAGE_SIGNATURE_INVALID`
 */
export async function verifiedText({ name, text, signature, publicKey, fingerprint }: SignedText): Promise<string> {
  const { createMessage, readCleartextMessage, readKey, readSignature, verify } = await import("openpgp");
  try {
    const key = await readKey({ armoredKey: publicKey });
    if (key.getFingerprint().toUpperCase() !== fingerprint)
      throw new Error(`the key's fingerprint is ${key.getFingerprint().toUpperCase()}`);
    // That the key was valid when it signed is not enough here: the newest build's list is signed now.
    await key.getSigningKey();
    const options = { verificationKeys: key, expectSigned: true } as const;
    if (signature === undefined) {
      const result = await verify({ ...options, message: await readCleartextMessage({ cleartextMessage: text }) });
      await everyOneIsGood(result.signatures);
      return result.data;
    }
    const message = await createMessage({ binary: Buffer.from(text) });
    const result = await verify({ ...options, message, signature: await readSignature({ armoredSignature: signature }) });
    await everyOneIsGood(result.signatures);
    return text;
  } catch (cause) {
    throw new DriverError(
      "IMAGE_SIGNATURE_INVALID",
      `The list of checksums ${name} is not signed with the publisher's key ${fingerprint}: ${(cause as Error).message}`,
      {
        cause,
        suggestions: ["Nothing of it was used. Try again later, or from another network: somebody may have changed it on its way."],
      },
    );
  }
}

/** `expectSigned` is content with one; there is no reason for others. */
async function everyOneIsGood(signatures: readonly { readonly verified: Promise<true> }[]): Promise<void> {
  if (signatures.length === 0) throw new Error("there is no signature");
  await Promise.all(signatures.map(({ verified }) => verified));
}
