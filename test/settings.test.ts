import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../src/settings.js";
import { errorOf } from "./support/error-of.js";
import { scratchDirectory } from "./support/scratch-directory.js";

const NONE = { gitMirrors: new Map(), gitApiMirrors: new Map(), gitHosts: new Map() };

async function load(file: string | undefined, variable?: string, name = "MACHINE_GIT_MIRRORS") {
  const configDirectory = await scratchDirectory();
  if (file !== undefined) await writeFile(join(configDirectory, "settings.json"), file);
  return loadSettings({ configDirectory, env: variable === undefined ? {} : { [name]: variable } });
}

test("a missing file means no settings", async () => {
  expect(await load(undefined)).toEqual(NONE);
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

test("mirrors of APIs are set like mirrors of repositories", async () => {
  const file = JSON.stringify({ gitApiMirrors: { "github.com": "https://a.example/api", "git.corp": "https://b.example" } });
  const { gitApiMirrors, gitMirrors } = await load(file, "github.com=http://127.0.0.1:1234", "MACHINE_GIT_API_MIRRORS");
  expect([...gitApiMirrors]).toEqual([
    ["github.com", "http://127.0.0.1:1234/"],
    ["git.corp", "https://b.example/"],
  ]);
  expect(gitMirrors.size).toBe(0);
});

test("whose API a host has comes from the file and the environment", async () => {
  const file = JSON.stringify({ gitHosts: { "Git.Example.com": "gitlab", "code.corp:8443": "gitea" } });
  const { gitHosts } = await load(file, "git.example.com=github,plain.corp=none", "MACHINE_GIT_HOSTS");
  expect([...gitHosts]).toEqual([
    ["git.example.com", "github"],
    ["code.corp:8443", "gitea"],
    ["plain.corp", "none"],
  ]);
});

test.each([
  ['{ "gitHosts": { "git.example.com": "sourceforge" } }', undefined, "git.example.com is said to be"],
  [undefined, "git.example.com=sourceforge", "$MACHINE_GIT_HOSTS"],
  ['{ "gitHosts": [] }', undefined, '"gitHosts" is not an object'],
])("a kind of host that is not known is refused: %s %s", async (file, variable, said) => {
  const error = await errorOf(() => load(file, variable, "MACHINE_GIT_HOSTS"));
  expect(error.code).toBe("SETTINGS_INVALID");
  expect(error.message).toContain(said);
  expect(error.suggestions.join(" ")).toContain("git");
});

test.each(["github.com=ssh://git@a.example/", "github.com=file:///srv/api"])("an API is asked by HTTP alone: %s", async (variable) => {
  const error = await errorOf(() => load(undefined, variable, "MACHINE_GIT_API_MIRRORS"));
  expect(error.code).toBe("SETTINGS_INVALID");
  expect(error.message).toContain("$MACHINE_GIT_API_MIRRORS");
});

test("settings of later versions are left alone", async () => {
  expect(await load('{ "colour": "blue" }')).toEqual(NONE);
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

test("the index's address comes from the environment, else from the file", async () => {
  const file = JSON.stringify({ indexAddress: "https://a.example/drivers.json" });
  expect((await load(file)).indexAddress).toBe("https://a.example/drivers.json");
  expect((await load(file, "http://mirror.corp/drivers.json", "MACHINE_INDEX_ADDRESS")).indexAddress).toBe(
    "http://mirror.corp/drivers.json",
  );
  expect((await load(file, "", "MACHINE_INDEX_ADDRESS")).indexAddress).toBe("https://a.example/drivers.json");
});

test.each(["drivers.json", "file:///srv/drivers.json", "https://me:s3cret@a.example/drivers.json"])(
  "an index's address like %s is refused, and what is secret of it is not said",
  async (address) => {
    const error = await errorOf(() => load(JSON.stringify({ indexAddress: address })));
    expect(error.code).toBe("SETTINGS_INVALID");
    expect([error.message, ...error.suggestions].join()).not.toContain("s3cret");
  },
);

test("offline work is set by the file, and by the environment rather", async () => {
  const file = JSON.stringify({ offline: true });
  expect((await load(file)).offline).toBe(true);
  expect((await load(file, "0", "MACHINE_OFFLINE")).offline).toBeUndefined();
  expect((await load(undefined, "1", "MACHINE_OFFLINE")).offline).toBe(true);
  for (const act of [() => load(JSON.stringify({ offline: "maybe" })), () => load(undefined, "maybe", "MACHINE_OFFLINE")])
    expect((await errorOf(act)).code).toBe("SETTINGS_INVALID");
});

test("the driver of create without -d is a name or a source", async () => {
  expect(await load('{"driver":"github.com/my-org/my-repo"}')).toEqual({ ...NONE, driver: "github.com/my-org/my-repo" });
  for (const driver of ['""', "1", "null"])
    expect(await errorOf(() => load(`{"driver":${driver}}`))).toMatchObject({ code: "SETTINGS_INVALID" });
});
