import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ghToken } from "../../../src/drivers/git-hosts/gh-login.js";
import { gitCredential } from "../../../src/drivers/git-hosts/git-credentials.js";
import { errorOf } from "../../support/error-of.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

const HOSTS = `github.com:
    users:
        me:
            oauth_token: of-another-login
        you:
    git_protocol: https
    oauth_token: gho_plain
    user: me
"ghe.corp:8443":
    user: me
    oauth_token: 'quoted' # by hand
keyring.corp:
    users:
        me:
    user: me
`;

async function home() {
  const root = await scratchDirectory();
  const bin = join(root, "bin");
  await mkdir(bin);
  await mkdir(join(root, ".config", "gh"), { recursive: true });
  await writeFile(join(root, ".config", "gh", "hosts.yml"), HOSTS);
  const env: NodeJS.ProcessEnv = { HOME: root, PATH: `${bin}:${process.env.PATH}`, GIT_CONFIG_NOSYSTEM: "1" };
  return { root, bin, env, signal: new AbortController().signal };
}

async function program(path: string, lines: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${lines}\n`, { mode: 0o700 });
}

test("gh's own file tells its token for a host it is logged in to, and for no other", async () => {
  const places = await home();
  const secret = async (host: string) => (await ghToken(host, places))?.secret;
  expect(await secret("github.com")).toBe("gho_plain");
  expect(await secret("ghe.corp:8443")).toBe("quoted");
  expect(await secret("ghe.corp")).toBeUndefined();
  expect(await secret("keyring.corp")).toBeUndefined();
  expect(await ghToken("github.com", { ...places, env: { ...places.env, GH_CONFIG_DIR: join(places.root, "none") } })).toBeUndefined();
});

test("a token in the keyring is asked of gh, which gets no token of the environment", async () => {
  const { root, bin, env, signal } = await home();
  const seen = join(root, "seen");
  await program(join(bin, "gh"), `echo "$*:$GH_TOKEN$GITHUB_TOKEN$GH_ENTERPRISE_TOKEN:$GH_PROMPT_DISABLED" > ${seen}; echo from-keyring`);
  const token = await ghToken("keyring.corp", { env: { ...env, GH_TOKEN: "a", GITHUB_TOKEN: "b", GH_ENTERPRISE_TOKEN: "c" }, signal });
  expect(token).toEqual({ secret: "from-keyring", foundIn: "gh", isExplicit: false });
  expect(await readFile(seen, "utf8")).toBe("auth token --hostname keyring.corp::1\n");
});

test("gh that fails is as good as none", async () => {
  const { bin, env, signal } = await home();
  await program(join(bin, "gh"), "echo no >&2; exit 1");
  expect(await ghToken("keyring.corp", { env, signal })).toBeUndefined();
});

test("git's credential helpers are asked for the host, without a prompt", async () => {
  const { root, env, signal } = await home();
  const asked = join(root, "asked");
  await program(join(root, "helper"), `test "$1" = get && cat > ${asked} && printf 'username=me\\npassword=hunter2\\n'`);
  await writeFile(join(root, ".gitconfig"), `[credential "https://git.corp"]\n\thelper = ${join(root, "helper")}\n`);
  const token = await gitCredential("git.corp", { env, signal });
  expect(token).toEqual({ secret: "hunter2", username: "me", foundIn: "git's credential helper", isExplicit: false });
  expect(await readFile(asked, "utf8")).toMatch(/^(?:.*\n)*host=git\.corp\n/m);
  expect(await gitCredential("other.corp", { env: { ...env, GIT_ASKPASS: join(root, "helper") }, signal })).toBeUndefined();
});

test("a helper in the settings of the repository that somebody stands in is not run", async () => {
  const { root, env, signal } = await home();
  await mkdir(join(root, "evil.git"));
  const evil = join(root, "evil.git");
  await writeFile(
    join(evil, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tbare = true\n[credential]\n\thelper = "!touch ${root}/was-run;:"\n`,
  );
  await writeFile(join(evil, "HEAD"), "ref: refs/heads/main\n");
  await mkdir(join(evil, "objects"));
  await mkdir(join(evil, "refs"));
  expect(await gitCredential("git.corp", { env: { ...env, GIT_DIR: evil }, signal })).toBeUndefined();
  await expect(readFile(join(root, "was-run"))).rejects.toThrow("ENOENT");
});

test("an interrupt ends the search for a login", async () => {
  const { env, bin } = await home();
  await program(join(bin, "gh"), "exit 1");
  const signal = AbortSignal.abort();
  expect((await errorOf(() => ghToken("keyring.corp", { env, signal }))).code).toBe("OPERATION_ABORTED");
  expect((await errorOf(() => gitCredential("git.corp", { env, signal }))).code).toBe("OPERATION_ABORTED");
});
