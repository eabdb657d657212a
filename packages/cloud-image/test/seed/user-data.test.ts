import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { errorOf } from "../../../../test/support/error-of.js";
import type { Seed } from "../../src/index.js";
import { cloudConfigOf } from "../../src/seed/cloud-config.js";
import { userDataOf } from "../../src/seed/user-data.js";
import { SAMPLE_CA, sampleSeed } from "./sample-seed.js";

const merged = (text: string | Uint8Array | undefined, seed: Partial<Seed> = {}) =>
  userDataOf(cloudConfigOf({ ...sampleSeed, ...seed }), text);
const settings = async (text: string, seed: Partial<Seed> = {}) => parse(await merged(text, seed), { version: "1.1" });

describe("user data", () => {
  test.each([undefined, "", "  \n", "#cloud-config\n", "#cloud-config\n# nothing\n", "#cloud-config\n---\n", "#cloud-config\nnull\n"])(
    "of %j leaves ours",
    async (text) => {
      const result = await merged(text);
      expect(result.startsWith("#cloud-config\n")).toBe(true);
      expect(parse(result)).toEqual(cloudConfigOf(sampleSeed));
    },
  );

  test("is quoted by the library, whatever a value holds", async () => {
    const seed = { ...sampleSeed, publicKey: `${sampleSeed.publicKey} "quoted": {yes} # no comment 'x' \\n` };
    expect(parse(await userDataOf(cloudConfigOf(seed), undefined))).toEqual(cloudConfigOf(seed));
  });

  test("has its lists appended to ours", async () => {
    const result = await settings("#cloud-config\nssh_authorized_keys: [ssh-rsa AAAA other]\nmounts: [[a, /a]]\nruncmd: [[ls]]\n", {
      mounts: [{ tag: "home", path: "/home", type: "9p" }],
    });
    expect(result.ssh_authorized_keys).toEqual([sampleSeed.publicKey, "ssh-rsa AAAA other"]);
    expect(result.mounts).toHaveLength(2);
    expect(result.runcmd).toEqual([["ls"]]);
  });

  test("may give one value where a list is meant", async () => {
    expect((await settings("#cloud-config\nssh_authorized_keys: ssh-rsa AAAA other\n")).ssh_authorized_keys).toHaveLength(2);
  });

  test("wins where there can be but one value", async () => {
    const result = await settings(
      "#cloud-config\nssh_pwauth: true\nhostname: mine\ngrowpart: false\nuser: {lock_passwd: false, shell: /bin/zsh}\n",
    );
    expect(result).toMatchObject({ ssh_pwauth: true, hostname: "mine", growpart: false });
    expect(result.user).toEqual({
      name: "debian",
      primary_group: "debian",
      lock_passwd: false,
      sudo: "ALL=(ALL) NOPASSWD:ALL",
      shell: "/bin/zsh",
    });
  });

  test("has other users beside the one that logs in", async () => {
    const result = await settings("#cloud-config\nusers: [{name: alice, sudo: null}]\n");
    expect(result.users).toEqual([{ name: "alice", sudo: null }]);
    expect(result.user.name).toBe("debian");
  });

  test("keeps the form of what it says: YAML 1.1 reads numbers and words in its own way", async () => {
    const text = [
      "#cloud-config",
      "# why",
      "write_files:",
      "  - path: /x",
      "    permissions: 0644",
      "    content: |",
      "      two",
      "        lines",
      "a: yes",
      "b: 12:30:00",
      "c: 0x10",
      "d: !!binary aGVsbG8=",
      "e: 'no'",
      "f: 1_000",
    ];
    const result = await merged(text.join("\n"), { proxy: { http: "http://proxy:1" } });
    for (const line of text) expect(result.split("\n")).toContain(line);
  });

  test("gets nothing of ours where one of its aliases leads to a list that is merged", async () => {
    const result = await settings(
      "#cloud-config\nssh_authorized_keys: &mine [ssh-rsa AAAA me]\nusers: [{name: bob, ssh_authorized_keys: *mine}]\n",
    );
    expect(result.users).toEqual([{ name: "bob", ssh_authorized_keys: ["ssh-rsa AAAA me"] }]);
    expect(result.ssh_authorized_keys).toEqual([sampleSeed.publicKey, "ssh-rsa AAAA me"]);
  });

  test("may call the certificates by their older name", async () => {
    const result = await settings("#cloud-config\nca-certs:\n  remove-defaults: true\n  trusted: [theirs]\n", {
      caCertificates: [SAMPLE_CA],
    });
    expect(result.ca_certs).toEqual({ remove_defaults: true, trusted: [SAMPLE_CA, "theirs"] });
    expect(result).not.toHaveProperty("ca-certs");
  });

  test("may name the user that logs in", async () => {
    expect((await settings("#cloud-config\nuser: debian\n")).user).toEqual(cloudConfigOf(sampleSeed).user);
  });

  test.each(["user: alice", "user: {name: alice}", "x: &a alice\nuser: *a"])("may not make %j the one that logs in", async (line) => {
    expect(await errorOf(() => merged(`#cloud-config\n${line}\n`))).toMatchObject({
      code: "USER_DATA_CONFLICT",
      message: 'The user data names the login user "alice", but docker-machine logs in as "debian".',
    });
  });

  test("may not keep root out where root logs in", async () => {
    expect(await errorOf(() => merged("#cloud-config\ndisable_root: yes\n", { user: "root" }))).toMatchObject({
      code: "USER_DATA_CONFLICT",
    });
  });

  test.each([
    ["#cloud-config\na: [1\nb: 2\n", /at line 3, column 1/],
    ["#cloud-config\n\na: b: c\n", /at line 3, column/],
    ["\n\n#cloud-config\na: 1\na: 2\n", /at line 5, column 1/],
    ["#cloud-config\n- a\n", /no map/],
    ["#cloud-config\nword\n", /no map/],
    ["#cloud-config\na: 1\n---\nb: 1\n", /documents/],
    ["#cloud-config\na: *b\n", /alias/i],
    ["hello\n", /begins with "hello"/],
    ["#cloudconfig\na: 1\n", /begins with "#cloudconfig"/],
    ["a\0b", /neither text/],
  ])("that is wrong (%j) is refused with its place", async (text, problem) => {
    expect(await errorOf(() => merged(text))).toMatchObject({ code: "USER_DATA_INVALID", message: expect.stringMatching(problem) });
  });

  test("of aliases without end is refused", async () => {
    const bomb = ["#cloud-config", "a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level += 1)
      bomb.push(`${"a".repeat(level + 1)}: &${"a".repeat(level + 1)} [${Array(10).fill(`*${"a".repeat(level)}`)}]`);
    expect(await errorOf(() => merged(bomb.join("\n")))).toMatchObject({ code: "USER_DATA_INVALID" });
    expect(await errorOf(() => merged("#cloud-config\na: &a [*a]\n"))).toMatchObject({ code: "USER_DATA_INVALID" });
    expect(await errorOf(() => merged(`#cloud-config\na: ${"[".repeat(5_000)}`))).toMatchObject({ code: "USER_DATA_INVALID" });
  });

  test("may be compressed, or begin with a byte order mark", async () => {
    const text = "#cloud-config\nruncmd: [[ls]]\n";
    const plain = await merged(text);
    expect(await merged(gzipSync(text))).toBe(plain);
    expect(await merged(Buffer.from(`\uFEFF${text}`))).toBe(plain);
  });

  test.each([Buffer.from([0x1f, 0x8b, 1, 2, 3]), gzipSync("#cloud-config\na: b\n").subarray(0, 30), Buffer.from([0xff, 0xfe, 0x41])])(
    "that is neither text nor whole is refused",
    async (bytes) => {
      expect(await errorOf(() => merged(bytes))).toMatchObject({ code: "USER_DATA_INVALID" });
    },
  );

  test("that grows without end when it is unpacked is refused", async () => {
    expect(await errorOf(() => merged(gzipSync(Buffer.alloc(17 * 1024 * 1024))))).toMatchObject({ code: "USER_DATA_INVALID" });
  });
});
