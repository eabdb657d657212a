import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { createSshKey, readPrivateKey } from "../../src/ssh/keys.js";
import { openSshPrivateKey, openSshPublicKey } from "../../src/ssh/open-ssh-key.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { generateKey } from "../support/ssh-server.js";

async function publicKeyBySshKeygen(path: string): Promise<string> {
  return (await runProcess("ssh-keygen", ["-y", "-f", path])).stdout.trim();
}

describe.each(["ed25519", "rsa"] as const)("a new %s key", (type) => {
  test("is one that ssh-keygen reads, with its public key beside it, both private", async () => {
    const directory = await scratchDirectory();
    const { privateKeyPath, publicKey } = await createSshKey(directory, { type, comment: "dev" });
    expect(privateKeyPath).toBe(join(directory, `id_${type}`));
    expect(await publicKeyBySshKeygen(privateKeyPath)).toBe(publicKey);
    expect(publicKey).toMatch(new RegExp(`^ssh-${type} [A-Za-z0-9+/=]+ dev$`));
    expect(await readFile(`${privateKeyPath}.pub`, "utf8")).toBe(`${publicKey}\n`);
    for (const path of [privateKeyPath, `${privateKeyPath}.pub`]) expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readPrivateKey(privateKeyPath)).isPrivateKey()).toBe(true);
  });

  test("is made once, and a lost public key is made again", async () => {
    const directory = await scratchDirectory();
    const first = await createSshKey(directory, { type, comment: "dev" });
    expect(await createSshKey(directory, { type, comment: "dev" })).toEqual(first);
    await rm(`${first.privateKeyPath}.pub`);
    expect(await createSshKey(directory, { type, comment: "dev" })).toEqual(first);
    expect(await readFile(`${first.privateKeyPath}.pub`, "utf8")).toBe(`${first.publicKey}\n`);
  });
});

test("An RSA key has 3072 bits", async () => {
  const { privateKeyPath } = await createSshKey(await scratchDirectory(), { type: "rsa" });
  expect((await runProcess("ssh-keygen", ["-l", "-f", privateKeyPath])).stdout).toMatch(/^3072 /);
});

test("An Ed25519 key that begins with a zero byte is written whole", async () => {
  const path = join(await scratchDirectory(), "key");
  const seeds = Array.from({ length: 2000 }, (_, index) => index);
  const key = seeds
    .map((index) => {
      const seed = Buffer.alloc(32);
      seed.writeUInt32BE(index);
      // The fixed head of an Ed25519 key in PKCS#8 (RFC 8410).
      return createPrivateKey({
        key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
        format: "der",
        type: "pkcs8",
      });
    })
    .find(
      (candidate) =>
        candidate.export({ format: "jwk" }).x?.startsWith("AA") === true || candidate.export({ format: "jwk" }).x?.startsWith("AB"),
    );
  if (key === undefined) throw new Error("No such key among the candidates.");
  await writeFile(path, openSshPrivateKey(key, ""), { mode: 0o600 });
  expect(await publicKeyBySshKeygen(path)).toBe(openSshPublicKey(key, ""));
});

describe("a key that somebody else made", () => {
  test.each([
    ["PKCS#8 RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" })],
    ["PKCS#8 EC", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" })],
    ["PKCS#1 RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" })],
  ])("is read in the form %s", async (_form, make) => {
    const path = join(await scratchDirectory(), "key");
    await writeFile(path, make(), { mode: 0o600 });
    const key = await readPrivateKey(path);
    expect(`${key.type} ${key.getPublicSSH().toString("base64")}`).toBe(await publicKeyBySshKeygen(path));
  });

  test("is read in the form PKCS#8 Ed25519, which not every ssh-keygen knows", async () => {
    const path = join(await scratchDirectory(), "key");
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const key = await readPrivateKey(path);
    expect(`${key.type} ${key.getPublicSSH().toString("base64")}`).toBe(openSshPublicKey(privateKey, ""));
  });

  test("is refused with advice when it is encrypted, missing, public or nonsense", async () => {
    const directory = await scratchDirectory();
    await generateKey("ed25519", join(directory, "plain"));
    await runProcess("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", join(directory, "encrypted")]);
    await runProcess("openssl", [
      "genpkey",
      "-algorithm",
      "ed25519",
      "-aes128",
      "-pass",
      "pass:x",
      "-out",
      join(directory, "encrypted-pem"),
    ]);
    await writeFile(join(directory, "nonsense"), "nonsense");
    const codes = ["encrypted", "encrypted-pem", "missing", "plain.pub", "nonsense"].map((name) =>
      readPrivateKey(join(directory, name)).then(
        () => "none",
        (error: { code: string }) => error.code,
      ),
    );
    expect(await Promise.all(codes)).toEqual([
      "SSH_KEY_ENCRYPTED",
      "SSH_KEY_ENCRYPTED",
      "SSH_KEY_MISSING",
      "SSH_KEY_UNREADABLE",
      "SSH_KEY_UNREADABLE",
    ]);
  });
});
