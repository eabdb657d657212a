import { describe, expect, test } from "vitest";
import { errorOf } from "../../../../test/support/error-of.js";
import { cloudConfigOf } from "../../src/seed/cloud-config.js";
import { SAMPLE_CA, sampleSeed } from "./sample-seed.js";

describe("what a guest is told", () => {
  test("its name, the user with the key, and a root file system as large as the disk", () => {
    expect(cloudConfigOf(sampleSeed)).toEqual({
      hostname: "dev",
      manage_etc_hosts: "localhost",
      user: { name: "debian", primary_group: "debian", lock_passwd: true, sudo: "ALL=(ALL) NOPASSWD:ALL" },
      ssh_authorized_keys: [sampleSeed.publicKey],
      ssh_pwauth: false,
      ssh_genkeytypes: ["ed25519", "ecdsa"],
      ssh: { emit_keys_to_console: false },
      no_ssh_fingerprints: true,
      locale: "false",
      growpart: { mode: "auto" },
      resize_rootfs: true,
      package_update: false,
      package_upgrade: false,
    });
  });

  test("a machine with dots in its name is called by all of it", () => {
    expect(cloudConfigOf({ ...sampleSeed, hostname: "dev.lab" })).toMatchObject({
      hostname: "dev",
      fqdn: "dev.lab",
      prefer_fqdn_over_hostname: true,
    });
  });

  test("root may log in where that is the user", () => {
    expect(cloudConfigOf({ ...sampleSeed, user: "root" })).toMatchObject({ user: { name: "root" }, disable_root: false });
  });

  test("proxies, for apt, for logins and for Docker, which wants a percent sign doubled", () => {
    const proxy = { http: "http://me:a%20b@proxy:3128", https: "http://proxy:3129", noProxy: "localhost,10.0.0.0/8" };
    const { apt, write_files } = cloudConfigOf({ ...sampleSeed, proxy });
    expect(apt).toEqual({ http_proxy: proxy.http, https_proxy: proxy.https });
    expect(write_files).toEqual([
      {
        path: "/etc/environment",
        append: true,
        permissions: "0644",
        content: [
          "",
          "HTTP_PROXY=http://me:a%20b@proxy:3128",
          "http_proxy=http://me:a%20b@proxy:3128",
          "HTTPS_PROXY=http://proxy:3129",
          "https_proxy=http://proxy:3129",
          "NO_PROXY=localhost,10.0.0.0/8",
          "no_proxy=localhost,10.0.0.0/8",
          "",
        ].join("\n"),
      },
      {
        path: "/etc/systemd/system/docker.service.d/05-docker-machine-proxy.conf",
        permissions: "0600",
        content: [
          "[Service]",
          'Environment="HTTP_PROXY=http://me:a%%20b@proxy:3128"',
          'Environment="HTTPS_PROXY=http://proxy:3129"',
          'Environment="NO_PROXY=localhost,10.0.0.0/8"',
          "",
        ].join("\n"),
      },
    ]);
  });

  test("certificates, each by itself, without what stood between them", () => {
    const bundle = `# ours\n${SAMPLE_CA}\n-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n${SAMPLE_CA}\n`;
    expect(cloudConfigOf({ ...sampleSeed, caCertificates: [bundle] }).ca_certs).toEqual({ trusted: [SAMPLE_CA, SAMPLE_CA] });
  });

  test("shared folders, which Docker waits for and booting doesn't", () => {
    const mounts = [{ tag: "home", path: "/Users/me", type: "9p", options: ["trans=virtio", "version=9p2000.L"] } as const];
    expect(cloudConfigOf({ ...sampleSeed, mounts }).mounts).toEqual([
      ["home", "/Users/me", "9p", "trans=virtio,version=9p2000.L,nofail,x-systemd.before=docker.service", "0", "0"],
    ]);
  });
});

describe("a guest is not told", () => {
  test.each([
    'http://proxy:3128"\nrun: evil',
    "http://proxy:3128\nLD_PRELOAD=/x.so",
    "http://pro xy:3128",
    "http://me:$(id)@proxy",
    "http://me:a'b@proxy",
    "http://me:a\\b@proxy",
    "proxy:3128",
    "ftp://proxy",
    "file:///etc/passwd",
    "",
  ])("the proxy %j", async (http) => {
    expect(await errorOf(() => cloudConfigOf({ ...sampleSeed, proxy: { http } }))).toMatchObject({ code: "PROXY_INVALID" });
  });

  test("a proxy's password in an error", async () => {
    const error = await errorOf(() => cloudConfigOf({ ...sampleSeed, proxy: { https: "http://me:hunter 2@proxy" } }));
    expect(error.message).not.toContain("hunter");
  });

  test.each(["localhost, other", 'a"b', "a\nb", "", "$(id)"])("the hosts %j without proxy", async (noProxy) => {
    expect(await errorOf(() => cloudConfigOf({ ...sampleSeed, proxy: { noProxy } }))).toMatchObject({ code: "PROXY_INVALID" });
  });

  test.each(["", "no certificate", SAMPLE_CA.replace("M", "#"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])(
    "the certificate %j",
    async (text) => {
      const error = await errorOf(() => cloudConfigOf({ ...sampleSeed, caCertificates: [text] }));
      expect(error).toMatchObject({ code: "CA_CERTIFICATE_INVALID" });
    },
  );

  test.each([
    { user: "Me" },
    { user: "me; rm" },
    { user: "" },
    { user: "a".repeat(33) },
    { publicKey: "ssh-ed25519 AAAA\nssh-rsa BBBB" },
    { publicKey: 'command="x" ssh-rsa AAAA' },
    { publicKey: "-----BEGIN OPENSSH PRIVATE KEY-----" },
    { publicKey: "" },
    { mounts: [{ tag: "sda1", path: "/x", type: "9p" as const }] },
    { mounts: [{ tag: "a b", path: "/x", type: "9p" as const }] },
    { mounts: [{ tag: "a", path: "/x y", type: "9p" as const }] },
    { mounts: [{ tag: "a", path: "x", type: "9p" as const }] },
    { mounts: [{ tag: "a", path: "/x/../etc", type: "9p" as const }] },
    { mounts: [{ tag: "a", path: "/", type: "9p" as const }] },
    { mounts: [{ tag: "a", path: "/x", type: "9p" as const, options: ["a,b"] }] },
    { mounts: [{ tag: "a", path: "/x", type: "9p" as const, options: ["a\nb"] }] },
  ])("%j", async (wrong) => {
    expect(await errorOf(() => cloudConfigOf({ ...sampleSeed, ...wrong }))).toMatchObject({ code: "SEED_INVALID" });
  });
});
