// node scripts/sign-index.ts [--index FOLDER] KEY.pem…     writes FOLDER/drivers.json.sig with one signature by each key
// node scripts/sign-index.ts --new-key KEY.pem             makes a private key, and prints its public one for index/public-key.pem
//
// Ed25519 over the bytes of drivers.json. FOLDER is `index` of this repository unless given. index/README.md says who does it, and when.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    index: { type: "string", default: fileURLToPath(new URL("../index", import.meta.url)) },
    "new-key": { type: "string" },
  },
});

try {
  if (values["new-key"] !== undefined) makeKey(values["new-key"]);
  else signIndex(values.index, positionals);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function makeKey(path: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  // Never over another key.
  writeFileSync(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  process.stdout.write(publicKey.export({ type: "spki", format: "pem" }));
}

function signIndex(folder: string, keyFiles: readonly string[]): void {
  if (keyFiles.length === 0) throw new Error("Usage: node scripts/sign-index.ts [--index FOLDER] KEY.pem… | --new-key KEY.pem");
  const content = readFileSync(join(folder, "drivers.json"));
  const keys = keyFiles.map((path) => createPrivateKey(readFileSync(path)));
  const signatures = keys.map((key) => sign(null, content, key));
  refuseUnknownKeys(join(folder, "public-key.pem"), content, signatures);
  writeFileSync(join(folder, "drivers.json.sig"), signatures.map((signature) => `${signature.toString("base64")}\n`).join(""));
}

/** What no released program could verify would be refused by all. */
function refuseUnknownKeys(path: string, content: Buffer, signatures: readonly Buffer[]): void {
  const known = readPublicKeys(path);
  if (signatures.some((signature) => known.some((key) => verify(null, content, key, signature)))) return;
  throw new Error(`None of the keys belongs to a public key in ${path}.`);
}

function readPublicKeys(path: string): KeyObject[] {
  const blocks = readFileSync(path, "utf8").match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return blocks.map((pem) => createPublicKey(pem));
}
