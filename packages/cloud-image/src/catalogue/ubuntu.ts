import type { Architecture } from "../cloud-image.js";
import type { Digest, SignedBuild } from "../image-source.js";
import type { CatalogueImage, PinnedBuild } from "./catalogue-image.js";
import { UBUNTU_FINGERPRINT, UBUNTU_PUBLIC_KEY } from "./ubuntu-key.js";

/** What differs from release to release. */
interface UbuntuRelease {
  /** `24.04`. */
  readonly release: string;
  readonly codename: string;
  readonly title: string;
  readonly aliases: readonly string[];
  /** The day of the pinned build: `20260926`. */
  readonly build: string;
  readonly digests: Readonly<Record<Architecture, Digest>>;
  readonly sources: PinnedBuild["sources"];
}

const GUEST_MATRIX = "a Go program's catalogue of guests (el7 to u26), found among public sources by the digest";
const NOBLE_LIST =
  "Yolean/y-cluster pkg/provision/qemu/testdata/cloudimage/SHA256SUMS@85637e562bef1ba07dfeb6a05dcd91e4ce06e9ba, with Ubuntu's signature";
const RESOLUTE_REPORTS = "public reports of 2026-10 that compared this build with its SHA256SUMS, found by the digest";

/** Ubuntu signs its lists of checksums, and removes a build some months after it was replaced. */
export const UBUNTU_IMAGES: readonly CatalogueImage[] = [
  ubuntu({
    release: "26.04",
    codename: "resolute",
    title: "Ubuntu 26.04 LTS (Resolute Raccoon)",
    aliases: ["ubuntu", "resolute"],
    build: "20260927",
    digests: {
      amd64: "sha256:8800651811af9a85465ad1d552add729947bb16488dddb4a9b5305a3d97332b2",
      arm64: "sha256:63a93bd5a8d76e33b15ceb5daa3657bd79be804748051ab178e643b0f5da22e7",
    },
    sources: [GUEST_MATRIX, RESOLUTE_REPORTS],
  }),
  ubuntu({
    release: "24.04",
    codename: "noble",
    title: "Ubuntu 24.04 LTS (Noble Numbat)",
    aliases: ["noble"],
    build: "20260926",
    digests: {
      amd64: "sha256:6a81c37564db9b1ee84e141922625e1d7c5b389b99bb3c572e0243607d5bb4d2",
      arm64: "sha256:1d6bffe64b848468ac97f821d369a4846d983de1800ccf6b5ec8853e85cefc55",
    },
    sources: [NOBLE_LIST, GUEST_MATRIX],
  }),
  ubuntu({
    release: "22.04",
    codename: "jammy",
    title: "Ubuntu 22.04 LTS (Jammy Jellyfish)",
    aliases: ["jammy"],
    build: "20260926",
    digests: {
      amd64: "sha256:0c9811a81e6329acacbb5ae4e701a7650f85cd3f19852cd159d79ab8357b210e",
      arm64: "sha256:04f2ca6af841918df1fa1aaba485f2b5f3d451f90459e48c066bbd70ebed174f",
    },
    sources: [GUEST_MATRIX],
  }),
];

function ubuntu({ release, codename, title, aliases, build, digests, sources }: UbuntuRelease): CatalogueImage {
  const releases = `https://cloud-images.ubuntu.com/releases/${codename}`;
  const fileOf = (architecture: Architecture) => `ubuntu-${release}-server-cloudimg-${architecture}.img`;
  const pinned = (architecture: Architecture): PinnedBuild => ({
    architecture,
    // Its kernel is the general one, with the drivers of SATA disks and Intel's network cards.
    hardware: ["virtio", "emulated"],
    urls: [`${releases}/release-${build}/${fileOf(architecture)}`],
    digest: digests[architecture],
    format: "qcow2",
    built: `${build.slice(0, 4)}-${build.slice(4, 6)}-${build.slice(6, 8)}`,
    checksumsUrl: `${releases}/release-${build}/SHA256SUMS`,
    signatureUrl: `${releases}/release-${build}/SHA256SUMS.gpg`,
    signedBy: UBUNTU_FINGERPRINT,
    sources,
  });
  const newest = (architecture: Architecture): SignedBuild => ({
    url: `${releases}/release/${fileOf(architecture)}`,
    checksumsUrl: `${releases}/release/SHA256SUMS`,
    signatureUrl: `${releases}/release/SHA256SUMS.gpg`,
    publicKey: UBUNTU_PUBLIC_KEY,
    fingerprint: UBUNTU_FINGERPRINT,
  });
  return {
    name: `ubuntu-${release}`,
    aliases,
    title,
    defaultUser: "ubuntu",
    builds: [pinned("amd64"), pinned("arm64")],
    newest: { amd64: newest("amd64"), arm64: newest("arm64") },
  };
}
