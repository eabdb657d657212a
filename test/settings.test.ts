import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../src/settings.js";
import { errorOf } from "./support/error-of.js";
import { scratchDirectory } from "./support/scratch-directory.js";

async function load(file: string | undefined, variable?: string) {
  const configDirectory = await scratchDirectory();
  if (file !== undefined) await writeFile(join(configDirectory, "settings.json"), file);
  return loadSettings({ configDirectory, env: variable === undefined ? {} : { MACHINE_GIT_MIRRORS: variable } });
}

test("a missing file means no settings", async () => {
  expect(await load(undefined)).toEqual({ gitMirrors: new Map() });
});

test("mirrors come from the file and the environment, and the environment's count", async () => {
  const file = JSON.stringify({ gitMirrors: { "GitHub.com": "https://a.example/x", "gitlab.com": "ssh://git@b.example/" } });
  const { gitMirrors } = await load(file, " github.com=http://127.0.0.1:1234 , git.corp:8443=file:///srv/git/,");
  expect([...gitMirrors]).toEqual([
    ["github.com", "http://127.0.0.1:1234/"],
    ["gitlab.com", "ssh://git@b.example/"],
    ["git.corp:8443", "file:///srv/git/"],
  ]);
});

test("settings of later versions are left alone", async () => {
  expect(await load('{ "colour": "blue" }')).toEqual({ gitMirrors: new Map() });
});

test.each([
  ["{", undefined],
  ["[]", undefined],
  ['{ "gitMirrors": [] }', undefined],
  ['{ "gitMirrors": { "github.com": 1 } }', undefined],
  ['{ "gitMirrors": { "git hub": "https://a.example" } }', undefined],
  [undefined, "github.com"],
  [undefined, "github.com=ftp://a.example"],
  [undefined, "github.com=https://a.example/?x=1"],
])("%s with %s is refused, saying where the mistake is", async (file, variable) => {
  const error = await errorOf(() => load(file, variable));
  expect(error.code).toBe("SETTINGS_INVALID");
  expect(error.message).toContain(file === undefined ? "$MACHINE_GIT_MIRRORS" : "settings.json");
});

test("a mirror with a password is refused without printing it", async () => {
  const error = await errorOf(() => load(undefined, "github.com=https://me:hunter2@a.example/"));
  expect(error.message).not.toContain("hunter2");
});
