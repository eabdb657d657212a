import type { CatalogueImage } from "./catalogue-image.js";

const FOLDER = "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud";
const AMD64 = `${FOLDER}/nocloud_alpine-3.22.4-x86_64-bios-cloudinit-r0.qcow2`;
const ARM64 = `${FOLDER}/nocloud_alpine-3.22.4-aarch64-uefi-cloudinit-r0.qcow2`;

/** Alpine signs each image (`.asc`), but the key's fingerprint is not known here from its publisher: the digests stand alone. */
export const ALPINE_IMAGES: readonly CatalogueImage[] = [
  {
    name: "alpine-3.22",
    aliases: ["alpine"],
    title: "Alpine Linux 3.22",
    defaultUser: "alpine",
    caveat: "docker-machine can't set up Docker on Alpine yet: only on Debian and Ubuntu.",
    builds: [
      {
        architecture: "amd64",
        // Its kernel is linux-virt.
        hardware: ["virtio"],
        urls: [AMD64],
        digest:
          "sha512:d0ddf1faae4d44aee3ad6621f166bd414c2f99b6974fb455408612d59cbb31a5390ca259800ac0c6b60505493880ed6de8beb986f6d0883b26c8e84ce75a266c",
        format: "qcow2",
        checksumsUrl: `${AMD64}.sha512`,
        sources: ["four public repositories that pin this image, found by the digest"],
      },
      {
        architecture: "arm64",
        hardware: ["virtio"],
        urls: [ARM64],
        digest:
          "sha512:a53620902f99b1fd4591125d348e4385f036d590607f4fa90d6f85fea0248007ec763cc81d025f347ede5bd746b3726cf5eddd461b6c94c35376f71cb7558317",
        format: "qcow2",
        checksumsUrl: `${ARM64}.sha512`,
        sources: ["lima-vm/lima templates/_images/alpine-3.22.yaml@71971ecbb0f95b5a53056e6b2150c48883295f3a"],
      },
    ],
  },
];
