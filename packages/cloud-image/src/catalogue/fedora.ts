import type { Architecture } from "../cloud-image.js";
import type { Digest } from "../image-source.js";
import type { CatalogueImage, PinnedBuild } from "./catalogue-image.js";

/** What differs from release to release. */
interface FedoraRelease {
  readonly release: string;
  readonly aliases: readonly string[];
  /** The number of the compose: `1.7`. */
  readonly compose: string;
  readonly built?: string;
  readonly digests: Readonly<Record<Architecture, Digest>>;
  /** Of the release's key, from https://fedoraproject.org/security/. */
  readonly fingerprint: string;
  readonly source: string;
}

/** Fedora's own words for the architectures. */
const MACHINES: Readonly<Record<Architecture, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** An image of a release never changes. When the release is no longer supported, it moves to the archive. */
export const FEDORA_IMAGES: readonly CatalogueImage[] = [
  fedora({
    release: "44",
    aliases: ["fedora"],
    compose: "1.7",
    built: "2026-04-24",
    digests: {
      amd64: "sha256:28680fe5b371a5a82ebf43a31926e086a168e59949d03969c5093e7071f90b7f",
      arm64: "sha256:55c60a3b80d3616a08705afd0459e75fe9f03c54aba7a46e4002a41a72fa0d5b",
    },
    fingerprint: "36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6",
    source: "lima-vm/lima templates/_images/fedora-44.yaml@1f8f521ebc337ee0367a298a7fc9a5e0bf2148a3",
  }),
  fedora({
    release: "43",
    aliases: [],
    compose: "1.6",
    digests: {
      amd64: "sha256:846574c8a97cd2d8dc1f231062d73107cc85cbbbda56335e264a46e3a6c8ab2f",
      arm64: "sha256:66031aea9ec61e6d0d5bba12b9454e80ca94e8a79c913d37ded4c60311705b8b",
    },
    fingerprint: "C6E7F081CF80E13146676E88829B606631645531",
    source: "lima-vm/lima templates/_images/fedora-43.yaml@03f21f4320cabf878c528300425667f4b86fa493",
  }),
];

function fedora({ release, aliases, compose, built, digests, fingerprint, source }: FedoraRelease): CatalogueImage {
  const pinned = (architecture: Architecture): PinnedBuild => {
    const machine = MACHINES[architecture];
    const folder = `fedora/linux/releases/${release}/Cloud/${machine}/images`;
    const file = `Fedora-Cloud-Base-Generic-${release}-${compose}.${machine}.qcow2`;
    return {
      architecture,
      hardware: ["virtio", "emulated"],
      urls: [
        `https://download.fedoraproject.org/pub/${folder}/${file}`,
        `https://archives.fedoraproject.org/pub/archive/${folder}/${file}`,
      ],
      digest: digests[architecture],
      format: "qcow2",
      ...(built === undefined ? {} : { built }),
      checksumsUrl: `https://download.fedoraproject.org/pub/${folder}/Fedora-Cloud-${release}-${compose}-${machine}-CHECKSUM`,
      signedBy: fingerprint,
      sources: [source],
    };
  };
  return {
    name: `fedora-${release}`,
    aliases,
    title: `Fedora ${release} Cloud`,
    defaultUser: "fedora",
    caveat: "docker-machine can't set up Docker on Fedora yet: only on Debian and Ubuntu.",
    builds: [pinned("amd64"), pinned("arm64")],
  };
}
