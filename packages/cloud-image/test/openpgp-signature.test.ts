import { createCleartextMessage, createMessage, generateKey, type PrivateKey, type PublicKey, sign } from "openpgp";
import { beforeAll, describe, expect, test } from "vitest";
import { type SignedText, verifiedText } from "../src/openpgp-signature.js";

const TEXT = `${"1".repeat(64)} *a.img\n- a line that begins with a dash\n`;
const DAY_MS = 24 * 60 * 60 * 1000;
const LONG_AGO = new Date(Date.now() - 100 * DAY_MS);

let publisher: PrivateKey;
let stranger: PrivateKey;

beforeAll(async () => {
  [publisher, stranger] = await Promise.all([keyOf("publisher"), keyOf("stranger")]);
});

describe("a signature beside the text", () => {
  test("is accepted", async () => {
    await expect(verifiedText(await detached(TEXT))).resolves.toBe(TEXT);
  });

  test.each<[string, (good: SignedText) => Promise<SignedText> | SignedText]>([
    ["over another text", (good) => ({ ...good, text: TEXT.replace("1", "2") })],
    ["over the same text with other line ends", (good) => ({ ...good, text: TEXT.replaceAll("\n", "\r\n") })],
    ["of another key", async (good) => ({ ...good, signature: (await detached(TEXT, stranger)).signature ?? "" })],
    ["that was changed", (good) => ({ ...good, signature: tampered(good.signature ?? "") })],
    ["that is none", (good) => ({ ...good, signature: "<html>Not found</html>" })],
    ["that is empty", (good) => ({ ...good, signature: "" })],
    [
      "with a key of another fingerprint",
      async (good) => ({ ...good, ...(await detached(TEXT, stranger)), fingerprint: good.fingerprint }),
    ],
    ["of a key that had expired", async () => await detached(TEXT, await keyOf("expired", { keyExpirationTime: 60, date: LONG_AGO }))],
    ["of the publisher and of a stranger", async (good) => ({ ...good, signature: await detachedBy([publisher, stranger]) })],
  ])("%s is refused", async (_case, change) => {
    const good = await detached(TEXT);
    await expect(verifiedText(await change(good))).rejects.toMatchObject({ code: "IMAGE_SIGNATURE_INVALID" });
  });
});

describe("a signature in the text", () => {
  test("is accepted, and only what it covers is told", async () => {
    const { text, ...rest } = await cleartext();
    const found = await verifiedText({ ...rest, text: `an earlier line\n${text}a later line\n` }).catch(() => undefined);
    expect(await verifiedText({ ...rest, text })).toBe(TEXT.trimEnd());
    expect(found ?? "").not.toContain("line\n");
  });

  test.each<[string, (text: string) => string]>([
    ["whose text was changed", (text) => text.replace("1111", "1112")],
    [
      "with a line before the text that looks like a header",
      (text) => text.replace(/\nHash: SHA512\n/, `\nHash: SHA512\n${"2".repeat(64)} *a.img\n`),
    ],
    ["that was cut off", (text) => text.slice(0, text.indexOf("-----BEGIN PGP SIGNATURE"))],
    ["that is not there", () => TEXT],
  ])("%s is refused", async (_case, change) => {
    const good = await cleartext();
    const changed = change(good.text);
    expect(changed).not.toBe(good.text);
    await expect(verifiedText({ ...good, text: changed })).rejects.toMatchObject({ code: "IMAGE_SIGNATURE_INVALID" });
  });
});

async function keyOf(name: string, options: { readonly keyExpirationTime?: number; readonly date?: Date } = {}): Promise<PrivateKey> {
  const { privateKey } = await generateKey({ type: "ecc", userIDs: [{ name }], format: "object", ...options });
  return privateKey;
}

async function detached(text: string, key: PrivateKey = publisher): Promise<SignedText> {
  const date = key.getCreationTime();
  const signature = await sign({ message: await createMessage({ binary: Buffer.from(text) }), signingKeys: key, detached: true, date });
  return { name: "SUMS", text, signature, ...identity(key.toPublic()) };
}

async function detachedBy(signingKeys: PrivateKey[]): Promise<string> {
  return await sign({ message: await createMessage({ binary: Buffer.from(TEXT) }), signingKeys, detached: true });
}

async function cleartext(): Promise<SignedText> {
  const text = await sign({ message: await createCleartextMessage({ text: TEXT.trimEnd() }), signingKeys: publisher });
  return { name: "SUMS", text, ...identity(publisher.toPublic()) };
}

function identity(key: PublicKey): Pick<SignedText, "publicKey" | "fingerprint"> {
  return { publicKey: key.armor(), fingerprint: key.getFingerprint().toUpperCase() };
}

/** Changes a digit in the middle. */
function tampered(signature: string): string {
  const at = signature.indexOf("\n\n") + 60;
  return signature.slice(0, at) + (signature[at] === "A" ? "B" : "A") + signature.slice(at + 1);
}
