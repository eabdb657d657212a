import type { Architecture } from "../cloud-image.js";
import type { Digest } from "../image-source.js";
import type { CatalogueImage, PinnedBuild } from "./catalogue-image.js";

/**
 * The variants of Debian's images: https://cloud.debian.org/images/cloud/ says that `genericcloud` leaves out drivers for physical hardware,
 * so it has none for VirtualBox's disks and network cards, and that `generic` has them.
 */
type Variant = "genericcloud" | "generic";

/** What differs from build to build. */
interface DebianBuild {
  readonly release: string;
  readonly codename: string;
  readonly variant: Variant;
  readonly architecture: Architecture;
  /** Date and number: `20260712-2537`. */
  readonly build: string;
  readonly digest: Digest;
  readonly sources: PinnedBuild["sources"];
}

const LIMA_13 = "lima-vm/lima templates/_images/debian-13.yaml@0a13b0f2cd159a30abd9a8f4502b5246b985c3b7";
const LIMA_12 = "lima-vm/lima templates/_images/debian-12.yaml@05efef9217fd27b40de7a8e3f1f02059adc96459";
const OMG = "PyRo1121/omg, the pins of its QEMU lifecycle tests, and the test that holds them";
const AGENT_OS = 'the "Linux Guest Baseline" of an operating system for agents (2026-09-08), which names the publisher\'s SHA512SUMS';

/** Debian signs its packages, but not the lists of checksums of its cloud images. */
export const DEBIAN_IMAGES: readonly CatalogueImage[] = [
  {
    name: "debian-13",
    aliases: ["debian", "trixie"],
    title: "Debian 13 (trixie)",
    defaultUser: "debian",
    builds: [
      pinned({
        release: "13",
        codename: "trixie",
        variant: "genericcloud",
        architecture: "amd64",
        build: "20260712-2537",
        digest:
          "sha512:7ae53e9dbee282bfc16f289dec483dde3a8598769c38a267948310f7a2a52c662620198603bc52c142627efba379863d16079698a10b34102d55bcedd40e8d32",
        sources: [LIMA_13],
      }),
      pinned({
        release: "13",
        codename: "trixie",
        variant: "genericcloud",
        architecture: "arm64",
        build: "20260712-2537",
        digest:
          "sha512:8543d795f2fde630eb66c492f245a8c1da19dedc636e0a8e7b3d0f95920e1a05aa911ef2d82d177d41cc53ced5fccbd2a3945d07fa5e15018914c4d864bb07ed",
        sources: [LIMA_13],
      }),
      pinned({
        release: "13",
        codename: "trixie",
        variant: "generic",
        architecture: "amd64",
        build: "20260831-2587",
        digest:
          "sha512:5a069019420fb9441ad4f8004c661fadb747edd5662ca54a17c8f923dee7d717e21dbdaa4ba72d6fce7f920e0217f0a9af382298a7d46ed4bc9dc33ac19181b6",
        sources: [AGENT_OS, "dull-ca/golem-distros golem_distros/bases.py at v1.0.0"],
      }),
      pinned({
        release: "13",
        codename: "trixie",
        variant: "generic",
        architecture: "arm64",
        build: "20260831-2587",
        digest:
          "sha512:27287048285224e662722b54c77849c9bd1a2fd60ccea5f2e75c644fbd638fad7e32a97e8e3d628c8bbfdb9cf757951c8300f3c21758647c8906359d9c892b42",
        sources: [AGENT_OS],
      }),
    ],
  },
  {
    name: "debian-12",
    aliases: ["bookworm"],
    title: "Debian 12 (bookworm)",
    defaultUser: "debian",
    builds: [
      pinned({
        release: "12",
        codename: "bookworm",
        variant: "genericcloud",
        architecture: "amd64",
        build: "20260923-2610",
        digest:
          "sha512:3d94c9dd66d8a283fde060b8810373b7ae04038b956ee00d553d1ae564f6fbdeaa2fd6e7404e87e53348b5a9509170f3ea7c0731ba737590c5c4cb8d559a47f8",
        sources: [LIMA_12],
      }),
      pinned({
        release: "12",
        codename: "bookworm",
        variant: "genericcloud",
        architecture: "arm64",
        build: "20260923-2610",
        digest:
          "sha512:89a752d5c7d8e88bee39a57d88d496cca574f7d1e8df5df7a169825435f99feb11ed13ab27ec7bee96fe1584be4ff9479358fbca6cc859efa109f4aba18724c8",
        sources: [LIMA_12],
      }),
      pinned({
        release: "12",
        codename: "bookworm",
        variant: "generic",
        architecture: "amd64",
        build: "20260903-2590",
        digest:
          "sha512:804377dd07318360c39a75e57b326243442a43bae1e12b33d5f490a64713c15c080a0323cb55d52b381139db9187702d38f36b8b142b8ef36da1031d9de41c2d",
        sources: [OMG],
      }),
      pinned({
        release: "12",
        codename: "bookworm",
        variant: "generic",
        architecture: "arm64",
        build: "20260903-2590",
        digest:
          "sha512:b0144c1c8e09b187b54af300c8ffc22f17b318d0aa6f5a2caba13f3102441572badbeb098458e599b6897bc80dad50fd0094d6e4b9da9f4a2bd63a8f4c99dea5",
        sources: [OMG],
      }),
    ],
  },
];

function pinned({ release, codename, variant, architecture, build, digest, sources }: DebianBuild): PinnedBuild {
  const folder = `images/cloud/${codename}/${build}`;
  const file = `debian-${release}-${variant}-${architecture}-${build}.qcow2`;
  return {
    architecture,
    hardware: variant === "generic" ? ["emulated"] : ["virtio"],
    urls: [`https://cloud.debian.org/${folder}/${file}`, `https://cdimage.debian.org/${folder}/${file}`],
    digest,
    format: "qcow2",
    built: `${build.slice(0, 4)}-${build.slice(4, 6)}-${build.slice(6, 8)}`,
    checksumsUrl: `https://cloud.debian.org/${folder}/SHA512SUMS`,
    sources,
  };
}
