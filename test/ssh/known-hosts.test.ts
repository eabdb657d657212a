import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HostKeyPolicy, parseHostKey, readHostKeys, recordHostKey } from "../../src/ssh/known-hosts.js";
import { scratchDirectory } from "../support/scratch-directory.js";

async function policy(content?: string): Promise<HostKeyPolicy> {
  const path = join(await scratchDirectory(), "known_hosts");
  if (content !== undefined) await writeFile(path, content);
  return { path, alias: "dev", unknown: "require" };
}

/** A key's blob: its type, with its length in front, and more. */
function blob(type: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from("key")]);
}

test("A recorded key is read again, and the file is private", async () => {
  const hostKey = await policy();
  const key = parseHostKey(blob("ssh-ed25519"));
  expect(key.type).toBe("ssh-ed25519");
  await recordHostKey(hostKey, key);
  expect(await readHostKeys(hostKey)).toEqual([key]);
  expect((await stat(hostKey.path)).mode & 0o777).toBe(0o600);
});

test("Keys of this machine are found among comments, other hosts and lists of names; a missing file has none", async () => {
  const encoded = blob("ssh-rsa").toString("base64");
  const hostKey = await policy(
    `# dev\n\nother ssh-rsa ${encoded}\ndevil ssh-rsa ${encoded}\n10.0.0.5,dev ssh-rsa ${encoded} a comment\nbroken\n`,
  );
  expect(await readHostKeys(hostKey)).toEqual([{ type: "ssh-rsa", blob: blob("ssh-rsa") }]);
  expect(await readHostKeys(await policy())).toEqual([]);
});

test("A key is recorded on a line of its own, also after a file without a line break at its end", async () => {
  const hostKey = await policy("other ssh-rsa AAAA");
  await recordHostKey(hostKey, parseHostKey(blob("ssh-rsa")));
  expect(await readFile(hostKey.path, "utf8")).toBe(`other ssh-rsa AAAA\ndev ssh-rsa ${blob("ssh-rsa").toString("base64")}\n`);
});

test.each(["x'; rm -rf ~; '", "ssh-ed25519\nother ssh-rsa AAAA", "$(id)", "", "a".repeat(65)])(
  "A host whose key calls itself %j gets nothing of it into known_hosts or a command to be pasted",
  (type) => expect(parseHostKey(blob(type)).type).toBe("unknown"),
);

test("A key that is cut off has no type", () => expect(parseHostKey(Buffer.from([0, 0])).type).toBe("unknown"));
