import { expect, test } from "vitest";
import { parseAssetName } from "../../../src/drivers/programs/asset-names.js";
import { chooseProgram, packageTarballs } from "../../../src/drivers/programs/release-assets.js";

const LINUX = { os: "linux", arch: "x64" };
const LINUX_ARM = { os: "linux", arch: "arm64" };
const MAC = { os: "darwin", arch: "arm64" };
const OLD_MAC = { os: "darwin", arch: "x64" };
const WINDOWS = { os: "win32", arch: "x64" };

/** Names as the ecosystem's repositories give them. */
test.each([
  ["docker-machine-driver-hetzner_5.0.2_linux_amd64.tar.gz", { driver: "hetzner", os: "linux", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-hetzner_5.0.2_linux_armv6.tar.gz", { driver: "hetzner", os: "linux", arch: "arm", format: "tar.gz" }],
  ["docker-machine-driver-linode_0.1.9_Linux_x86_64.tar.gz", { driver: "linode", os: "linux", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-linode_linux-amd64.zip", { driver: "linode", os: "linux", arch: "x64", format: "zip" }],
  ["docker-machine-driver-scaleway_1.2.1_darwin_amd64.zip", { driver: "scaleway", os: "darwin", arch: "x64", format: "zip" }],
  ["docker-machine-driver-scaleway_darwin64", { driver: "scaleway", os: "darwin", arch: "x64", format: "plain" }],
  ["docker-machine-driver-vultr-v1.1.0-linux-amd64.tar.gz", { driver: "vultr", os: "linux", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-ovh-v1.1.0-1-linux-amd64.tar.gz", { driver: "ovh", os: "linux", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-ovh-linux-amd64", { driver: "ovh", os: "linux", arch: "x64", format: "plain" }],
  ["docker-machine-driver-vmware_windows_amd64.exe", { driver: "vmware", os: "win32", arch: "x64", format: "plain" }],
  ["docker-machine-driver-vmware_darwin_amd64", { driver: "vmware", os: "darwin", arch: "x64", format: "plain" }],
  ["docker-machine-driver-proxmoxve.linux-amd64", { driver: "proxmoxve", os: "linux", arch: "x64", format: "plain" }],
  ["docker-machine-driver-proxmoxve.macos-amd64", { driver: "proxmoxve", os: "darwin", arch: "x64", format: "plain" }],
  ["docker-machine-driver-nutanix_v3.0.0_linux", { driver: "nutanix", os: "linux", format: "plain" }],
  ["docker-machine-driver-nutanix_v3.0.0-beta6_linux", { driver: "nutanix", os: "linux", format: "plain" }],
  ["docker-machine-driver-harvester-amd64.tar.gz", { driver: "harvester", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-g5k-linux-x86_64", { driver: "g5k", os: "linux", arch: "x64", format: "plain" }],
  ["docker-machine-driver-otccce-1.0.0-linux-amd64.tgz", { driver: "otccce", os: "linux", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-outscaleaosc_0.2.4_linux_amd64.zip", { driver: "outscaleaosc", os: "linux", arch: "x64", format: "zip" }],
  ["docker-machine-driver-5.0.0-linux-arm64.tar.gz", { driver: "", os: "linux", arch: "arm64", format: "tar.gz" }],
  ["docker-machine-driver-qingcloud-darwin-amd64.tar.gz", { driver: "qingcloud", os: "darwin", arch: "x64", format: "tar.gz" }],
  ["docker-machine-driver-kvm-ubuntu16.04", { driver: "kvm", os: "linux", distribution: "ubuntu16.04", format: "plain" }],
  ["docker-machine-driver-kvm-centos7", { driver: "kvm", os: "linux", distribution: "centos7", format: "plain" }],
  ["docker-machine-driver-kvm2-arm64", { driver: "kvm2", arch: "arm64", format: "plain" }],
  ["docker-machine-driver-xhyve", { driver: "xhyve", format: "plain" }],
  ["docker-machine-driver-aliyunecs.tgz", { driver: "aliyunecs", format: "tar.gz" }],
  [
    "docker-machine-driver-proxmox-ve_linux_musl_aarch64.tar.xz",
    { driver: "proxmox-ve", os: "linux", arch: "arm64", libc: "musl", format: "tar.xz" },
  ],
  ["docker-machine-driver-foo-osx-64bit.gz", { driver: "foo", os: "darwin", arch: "x64", format: "gz" }],
  ["docker-machine-driver-foo_win64.exe", { driver: "foo", os: "win32", arch: "x64", format: "plain" }],
  ["docker-machine-driver-foo_linux_amd64_v1.xz", { driver: "foo", os: "linux", arch: "x64", format: "xz" }],
  ["docker-machine-driver-foo_linux_amd64_v3.xz", { driver: "foo", os: "linux", arch: "other", format: "xz" }],
  ["docker-machine-driver-foo.exe", { driver: "foo", os: "win32", format: "plain" }],
])("%s is read", (name, expected) => {
  expect(parseAssetName(name)).toEqual(expected);
});

test.each([
  "docker-machine-driver-hetzner_checksums.txt",
  "docker-machine-driver-hetzner_5.0.2_SHA256SUMS",
  "docker-machine-driver-kvm-ubuntu16.04.md5",
  "docker-machine-driver-kvm2.sha256",
  "docker-machine-driver-foo_1.0.0_linux_amd64.deb",
  "docker-machine-driver-foo_linux_amd64.tar.gz.asc",
  "docker-machine-driver-foo-1.0.0-src.tar.gz",
  "docker-machine-driver-foo_linux_amd64.tar.gz.sbom.json",
  "docker-machine-driver-foo_linux_amd64.bz2",
  "docker-machine-Linux-x86_64",
  "component.js",
])("%s is no program", (name) => {
  expect(parseAssetName(name)).toBeUndefined();
});

const HETZNER = ["linux_386", "linux_amd64", "linux_arm64", "linux_armv6", "darwin_amd64", "darwin_arm64"]
  .map((platform) => `docker-machine-driver-hetzner_5.0.2_${platform}.tar.gz`)
  .concat("docker-machine-driver-hetzner_5.0.2_windows_amd64.zip", "docker-machine-driver-hetzner_5.0.2_checksums.txt");
const VMWARE = ["darwin_amd64", "linux_amd64", "windows_amd64.exe"].map((platform) => `docker-machine-driver-vmware_${platform}`);
const KVM = ["alpine3.4", "centos7", "ubuntu14.04", "ubuntu16.04"].map((system) => `docker-machine-driver-kvm-${system}`);
const LIBCS = ["docker-machine-driver-foo_linux-gnu_amd64", "docker-machine-driver-foo_linux-musl_amd64"];

test.each([
  ["the one for this computer", HETZNER, LINUX, "docker-machine-driver-hetzner_5.0.2_linux_amd64.tar.gz"],
  ["that for ARM", HETZNER, LINUX_ARM, "docker-machine-driver-hetzner_5.0.2_linux_arm64.tar.gz"],
  ["that for a Mac", HETZNER, MAC, "docker-machine-driver-hetzner_5.0.2_darwin_arm64.tar.gz"],
  ["that for Windows", HETZNER, WINDOWS, "docker-machine-driver-hetzner_5.0.2_windows_amd64.zip"],
  ["what a Mac emulates, if there is nothing of its own", VMWARE, MAC, "docker-machine-driver-vmware_darwin_amd64"],
  ["one without an architecture", ["docker-machine-driver-nutanix_v3.0.0_linux"], LINUX, "docker-machine-driver-nutanix_v3.0.0_linux"],
  [
    "one without a system, for Linux",
    ["docker-machine-driver-harvester-amd64.tar.gz", "docker-machine-driver-harvester-arm64.tar.gz"],
    LINUX_ARM,
    "docker-machine-driver-harvester-arm64.tar.gz",
  ],
  [
    "the one that names the computer before one that names none",
    ["docker-machine-driver-kvm2", "docker-machine-driver-kvm2-amd64"],
    LINUX,
    "docker-machine-driver-kvm2-amd64",
  ],
  ["one that names no computer, if it is alone", ["docker-machine-driver-xhyve"], OLD_MAC, "docker-machine-driver-xhyve"],
  [
    "a packed one, if it comes in several ways",
    ["docker-machine-driver-foo_linux_amd64", "docker-machine-driver-foo_linux_amd64.xz", "docker-machine-driver-foo_linux_amd64.zip"],
    LINUX,
    "docker-machine-driver-foo_linux_amd64.zip",
  ],
  [
    "that of the repository's name",
    ["docker-machine-driver-bar_linux_amd64", "docker-machine-driver-foo_linux_amd64"],
    LINUX,
    "docker-machine-driver-foo_linux_amd64",
  ],
  ["that of the C library", LIBCS, LINUX, LIBCS[0]],
])("chosen is %s", (_, assets, platform, expected) => {
  expect(chooseProgram(assets, { platform, repository: "docker-machine-driver-foo" })).toMatchObject({ kind: "chosen", asset: expected });
});

test("only a program for another architecture that is emulated is told to be so", () => {
  expect(chooseProgram(VMWARE, { platform: MAC, repository: "r" })).toMatchObject({ isEmulated: true });
  expect(chooseProgram(VMWARE, { platform: OLD_MAC, repository: "r" })).toMatchObject({ isEmulated: false });
});

test("the C library of this computer is looked for", () => {
  expect(chooseProgram(LIBCS, { platform: LINUX, repository: "r", libc: "musl" })).toMatchObject({ asset: LIBCS[1] });
});

test("what can't be told apart is listed", () => {
  expect(chooseProgram(KVM, { platform: LINUX, repository: "docker-machine-kvm" })).toEqual({ kind: "ambiguous", programs: KVM });
});

test.each([
  ["other computers'", VMWARE, LINUX_ARM, [...VMWARE].sort()],
  ["no programs", ["component.js", "SHA256SUMS"], LINUX, []],
])("of %s programs none is chosen, and what there is is told", (_, assets, platform, programs) => {
  expect(chooseProgram(assets, { platform, repository: "r" })).toEqual({ kind: "none", programs });
});

test("a package is a .tgz that names no computer and no sources; one that is called as a driver comes first", () => {
  const assets = [
    "a-1.0.0.tgz",
    "docker-machine-driver-foo-linux-amd64.tgz",
    "foo-1.0.0-src.tgz",
    "my-org-docker-machine-driver-foo-1.0.0.tgz",
    "x.tar.gz",
  ];
  expect(packageTarballs(assets)).toEqual(["my-org-docker-machine-driver-foo-1.0.0.tgz", "a-1.0.0.tgz"]);
});
