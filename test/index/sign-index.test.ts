import { execFile } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { checkIndexSignature } from "../../src/drivers/official-index/index-signature.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { IndexWorld } from "../support/signed-index.js";

const script = fileURLToPath(new URL("../../scripts/sign-index.ts", import.meta.url));
const run = (...args: readonly string[]) => promisify(execFile)(process.execPath, [script, ...args]);

test("what the script signs, the program accepts; a key that no program knows is refused, and no key is overwritten", async () => {
  const root = await scratchDirectory();
  const { shippedDirectory: folder } = await IndexWorld.create(root);
  const key = join(root, "key.pem");
  const { stdout: publicKey } = await run("--new-key", key);
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  await expect(run("--new-key", key)).rejects.toThrow("EEXIST");
  await expect(run("--index", folder, key)).rejects.toThrow("None of the keys");

  await writeFile(join(folder, "public-key.pem"), publicKey);
  await run("--index", folder, key);
  const [content, signatures] = await Promise.all([
    readFile(join(folder, "drivers.json")),
    readFile(join(folder, "drivers.json.sig"), "utf8"),
  ]);
  expect(() => checkIndexSignature(content, signatures, publicKey, "The driver index of the test")).not.toThrow();
});
