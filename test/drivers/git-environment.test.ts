import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { GitHostToken } from "../../src/drivers/git-hosts/tokens.js";
import { foundToken, gitEnvironment } from "../../src/drivers/origins/git-program.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const ADDRESS = "https://github.com/o/r.git";
const TOKENS = { MACHINE_GITHUB_API_TOKEN: "first", GH_TOKEN: "second", GITHUB_TOKEN: "third" };

/** What git itself would log in to `host` with. */
async function passwordFor(
  host: string,
  protocol: string,
  remote: Parameters<typeof gitEnvironment>[0],
  tokens: NodeJS.ProcessEnv,
  { home = "/nonexistent", found }: { readonly home?: string; readonly found?: GitHostToken } = {},
): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: "1", ...gitEnvironment(remote, tokens, found) };
  const asked = promisify(execFile)("git", ["credential", "fill"], { env });
  asked.child.stdin?.end(`protocol=${protocol}\nhost=${host}\n\n`);
  const { stdout } = await asked.catch(() => ({ stdout: "" }));
  return /^password=(.*)$/m.exec(stdout)?.[1] ?? "";
}

test("git gets GitHub's token for github.com, by the order of the variables", async () => {
  const remote = { address: ADDRESS, isMirror: false };
  expect(await passwordFor("github.com", "https", remote, TOKENS)).toBe("first");
  expect(await passwordFor("github.com", "https", remote, { ...TOKENS, MACHINE_GITHUB_API_TOKEN: " " })).toBe("second");
  expect(await passwordFor("github.com", "https", remote, { GITHUB_TOKEN: "third" })).toBe("third");
});

test("a token of gh comes after the credential helpers that the user gave git, and a set one before them", async () => {
  const remote = { address: ADDRESS, isMirror: false };
  const found = { secret: "of-gh", foundIn: "gh", isExplicit: false };
  const home = await scratchDirectory();
  expect(await passwordFor("github.com", "https", remote, {}, { home, found })).toBe("of-gh");
  await writeFile(join(home, ".gitconfig"), "[credential]\n\thelper = \"!printf 'username=me\\\\npassword=of-git\\\\n';:\"\n");
  expect(await passwordFor("github.com", "https", remote, {}, { home, found })).toBe("of-git");
  expect(await passwordFor("github.com", "https", remote, TOKENS, { home, found })).toBe("first");
});

test("gh is asked for the remote's host, and never for a mirror's", async () => {
  const home = await scratchDirectory();
  await mkdir(join(home, ".config", "gh"), { recursive: true });
  await writeFile(join(home, ".config", "gh", "hosts.yml"), "github.com:\n    oauth_token: of-gh\n");
  const places = { env: { HOME: home }, signal: new AbortController().signal };
  expect((await foundToken({ address: ADDRESS, isMirror: false }, places))?.secret).toBe("of-gh");
  expect(await foundToken({ address: ADDRESS, isMirror: true }, places)).toBeUndefined();
  expect(await foundToken({ address: ADDRESS.replace("https", "ssh"), isMirror: false }, places)).toBeUndefined();
  expect(await foundToken({ address: "https://git.example/o/r.git", isMirror: false }, places)).toBeUndefined();
});

test.each([
  ["another host", "evil.example", "https", { address: ADDRESS, isMirror: false }],
  ["a host whose name begins alike", "github.com.evil.example", "https", { address: ADDRESS, isMirror: false }],
  ["another port", "github.com:8443", "https", { address: ADDRESS, isMirror: false }],
  ["a connection without encryption", "github.com", "http", { address: ADDRESS, isMirror: false }],
  ["a mirror", "mirror.example", "https", { address: "https://mirror.example/o/r.git", isMirror: true }],
  ["a mirror under GitHub's name", "github.com", "https", { address: ADDRESS, isMirror: true }],
  ["a repository elsewhere", "git.example", "https", { address: "https://git.example/o/r.git", isMirror: false }],
])("git gets no token for %s", async (_, host, protocol, remote) => {
  expect(await passwordFor(host, protocol, remote, TOKENS)).toBe("");
});

test("no variable but the one for the credential helper holds the token, and only the address's protocol is allowed", () => {
  const { DOCKER_MACHINE_GIT_TOKEN: token, ...others } = gitEnvironment({ address: ADDRESS, isMirror: false }, TOKENS);
  expect(token).toBe("first");
  expect(JSON.stringify(others)).not.toContain("first");
  expect(others.GIT_ALLOW_PROTOCOL).toBe("https");
});
