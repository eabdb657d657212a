import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { scratchDirectory } from "../../../../test/support/scratch-directory.js";
import type { Seed } from "../../src/index.js";
import { seedFiles } from "../../src/seed/seed-files.js";
import { SAMPLE_CA, sampleSeed } from "./sample-seed.js";

/** What `as-cloud-init-reads.py` says. */
interface Reading {
  readonly types: readonly string[];
  readonly config: Record<string, unknown> & { readonly ssh_authorized_keys: readonly string[] };
  readonly scripts: readonly string[];
  readonly users: Record<string, Record<string, unknown>>;
  readonly default: string;
}

const fullSeed: Seed = {
  ...sampleSeed,
  proxy: { http: "http://me:a%20b@proxy:3128", noProxy: "localhost" },
  caCertificates: [SAMPLE_CA],
  mounts: [{ tag: "home", path: "/Users/me", type: "virtiofs" }],
  network: [
    { macAddress: "52:54:00:ab:cd:01", dhcp4: true },
    {
      macAddress: "52:54:00:ab:cd:02",
      addresses: ["192.168.59.10/24"],
      routes: [{ to: "10.0.0.0/8", via: "192.168.59.1" }],
      nameservers: ["192.168.59.1"],
      optional: true,
    },
  ],
};

async function run(command: readonly [string, ...string[]], input = ""): Promise<{ exitCode: number; output: string }> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  // A program that refuses its arguments doesn't read.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1))),
  ]);
  return { exitCode, output: exitCode === 0 ? stdout : stdout + stderr };
}

async function fileOf(seed: Seed, name: string): Promise<string> {
  const file = (await seedFiles(seed)).find((each) => each.name === name);
  return Buffer.from(file?.content ?? []).toString();
}

async function reading(userData: string | Uint8Array, seed: Partial<Seed> = {}): Promise<Reading> {
  const script = fileURLToPath(new URL("./as-cloud-init-reads.py", import.meta.url));
  const { exitCode, output } = await run(["/usr/bin/python3", script], await fileOf({ ...sampleSeed, ...seed, userData }, "user-data"));
  expect(exitCode, output).toBe(0);
  return JSON.parse(output);
}

describe("Debian's cloud-init", () => {
  test.each([
    ["ours alone", ""],
    [
      "ours with the user's",
      "#cloud-config\npackages: [htop]\nusers: [default, {name: alice, ssh_authorized_keys: [ssh-rsa AAAA a]}]\nmounts: [[sdb, /data]]\nca_certs: {remove_defaults: false}\napt: {preserve_sources_list: true}\n",
    ],
  ])("finds %s valid by its schema", async (_what, userData) => {
    const path = join(await scratchDirectory(), "user-data");
    await writeFile(path, await fileOf({ ...fullSeed, userData }, "user-data"));
    const { exitCode, output } = await run(["cloud-init", "schema", "--config-file", path]);
    expect(output).toContain("Valid cloud-config");
    expect(output).not.toContain("deprecat");
    expect(exitCode).toBe(0);
  });

  test("makes the distribution's default user the one that logs in, whoever else there is", async () => {
    const {
      config,
      default: login,
      users,
    } = await reading("#cloud-config\nusers: [{name: alice}]\nssh_authorized_keys: [ssh-rsa AAAA a]\n");
    expect(login).toBe("debian");
    expect(users).toMatchObject({
      alice: { default: false },
      debian: { default: true, shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL" },
    });
    expect(config.ssh_authorized_keys).toEqual([sampleSeed.publicKey, "ssh-rsa AAAA a"]);
  });

  test("gives another name to that user, with all else that the distribution gives it", async () => {
    const { default: login, users } = await reading("", { user: "dev" });
    expect(login).toBe("dev");
    expect(users).toEqual({ dev: expect.objectContaining({ shell: "/bin/bash", groups: "adm", lock_passwd: true }) });
  });

  test("reads each value of the user's as it reads it without ours", async () => {
    const theirs = [
      "#cloud-config",
      "a: yes",
      "b: 0644",
      "c: 12:30:00",
      "d: &x {on: off, n: ~}",
      "e: *x",
      "f: !!binary aGVsbG8=",
      "g: |+",
      "  kept",
      "",
      "h: 'it''s'",
      'i: "tab\\there \\u00e9"',
      "j: 2001-12-14",
      "k: {<<: *x, more: 1e3}",
      "l: >-",
      "  folded",
      "  text",
      "? m",
      ": n",
      "o: y",
      "",
    ].join("\n");
    const script = fileURLToPath(new URL("./as-cloud-init-reads.py", import.meta.url));
    const alone = JSON.parse((await run(["/usr/bin/python3", script], theirs)).output) as Reading;
    expect((await reading(theirs)).config).toMatchObject(alone.config);
  });

  test.each([
    ["a script", "#!/bin/sh\necho 'größe' \"$HOME\"\n"],
    ["a compressed script", gzipSync("#!/bin/sh\necho 'größe' \"$HOME\"\n")],
  ])("runs %s beside ours", async (_what, userData) => {
    const { config, scripts, types } = await reading(userData);
    expect(types).toEqual(["text/x-shellscript", "text/cloud-config"]);
    expect(scripts.map((script) => script.trim())).toEqual(["#!/bin/sh\necho 'größe' \"$HOME\""]);
    expect(config).toMatchObject({ hostname: "dev", user: { name: "debian" } });
  });

  test("fills in a template, and merges what it makes with ours", async () => {
    const { config, types } = await reading(
      "## template: jinja\n#cloud-config\nruncmd: [['echo', '{{ v1.local_hostname }}']]\nssh_pwauth: true\n",
    );
    expect(types).toEqual(["text/jinja2", "text/cloud-config"]);
    expect(config).toMatchObject({ runcmd: [["echo", "rendered"]], ssh_pwauth: true, hostname: "dev" });
  });

  test("reads a cloud-config archive", async () => {
    const { config, scripts } = await reading(
      "#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    packages: [htop]\n- '#!/bin/sh\n\n  echo two'\n",
    );
    expect(config).toMatchObject({ packages: ["htop"], hostname: "dev" });
    expect(scripts).toHaveLength(1);
  });

  test("reads a MIME archive of the user's inside ours, and appends our lists to its", async () => {
    const archive = [
      'Content-Type: multipart/mixed; boundary="mine"',
      "MIME-Version: 1.0",
      "",
      "--mine",
      "Content-Type: text/cloud-config",
      "",
      "#cloud-config",
      "users: [zed]",
      "ssh_pwauth: true",
      "ssh_authorized_keys: [ssh-rsa AAAA zed]",
      "--mine",
      "Content-Type: text/x-shellscript",
      "",
      "#!/bin/sh",
      "echo two",
      "--mine--",
      "",
    ].join("\n");
    const { config, default: login, scripts, types, users } = await reading(archive);
    expect(types).toEqual(["text/cloud-config", "text/x-shellscript", "text/cloud-config"]);
    expect(config).toMatchObject({ ssh_pwauth: true, hostname: "dev", ssh_authorized_keys: ["ssh-rsa AAAA zed", sampleSeed.publicKey] });
    expect(login).toBe("debian");
    expect(Object.keys(users).sort()).toEqual(["debian", "zed"]);
    expect(scripts).toEqual(["#!/bin/sh\necho two"]);
  });

  test("takes a cloud-config that mentions MIME for what it is", async () => {
    const { config, types } = await reading("#cloud-config\nwrite_files: [{path: /x, content: 'MIME-Version: 1.0'}]\n");
    expect(types).toEqual(["text/cloud-config"]);
    expect(config).toMatchObject({ hostname: "dev", write_files: [{ path: "/x" }] });
  });

  test.each(["netplan", "networkd", "eni", "network-manager"])("writes the network down for %s", async (renderer) => {
    const directory = await scratchDirectory();
    const path = join(directory, "network-config");
    await writeFile(path, await fileOf(fullSeed, "network-config"));
    const args = ["devel", "net-convert", "-p", path, "-k", "yaml", "-d", directory, "-D", "debian", "-O", renderer] as const;
    const { exitCode, output } = await run(["cloud-init", ...args]);
    expect(exitCode, output).toBe(0);
    const { output: written } = await run(["grep", "-rhi", "-e", "192.168.59.10/24", "-e", "52:54:00:ab:cd:01", join(directory, "etc")]);
    expect(written).toMatch(/192\.168\.59\.10\/24/);
    expect(written).toMatch(/52:54:00:ab:cd:01/i);
  });
});
