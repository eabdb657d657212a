import type { Image } from "@aws-sdk/client-ec2";
import type { Architecture } from "./instance-types.js";
import type { Ec2Options } from "./options.js";

/** A system whose newest image AWS Systems Manager names. */
export interface CatalogueImage {
  /** The public parameter that holds the id of the newest image. */
  parameter(architecture: Architecture): string;
  /** Whom its cloud-init lets log in. */
  readonly sshUser: string;
}

/**
 * The images that `--amazonec2-image` knows. All have cloud-init. Sources: "Find Ubuntu images on AWS" in Canonical's documentation, wiki.debian.org's
 * "Cloud/AmazonEC2Image", and the user guide of Amazon Linux 2023.
 */
export const CATALOGUE: Readonly<Record<string, CatalogueImage>> = {
  "ubuntu-22.04": ubuntu("22.04", "ebs-gp2"),
  "ubuntu-24.04": ubuntu("24.04", "ebs-gp3"),
  "ubuntu-26.04": ubuntu("26.04", "ebs-gp3"),
  "debian-12": debian("12"),
  "debian-13": debian("13"),
  "amazon-linux-2023": {
    parameter: (architecture) => `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`,
    sshUser: "ec2-user",
  },
};

function ubuntu(release: string, volume: "ebs-gp2" | "ebs-gp3"): CatalogueImage {
  return {
    parameter: (architecture) =>
      `/aws/service/canonical/ubuntu/server/${release}/stable/current/${debianName(architecture)}/hvm/${volume}/ami-id`,
    sshUser: "ubuntu",
  };
}

function debian(release: string): CatalogueImage {
  return { parameter: (architecture) => `/aws/service/debian/release/${release}/latest/${debianName(architecture)}`, sshUser: "admin" };
}

function debianName(architecture: Architecture): string {
  return architecture === "x86_64" ? "amd64" : "arm64";
}

/** Whom images let log in, by the account that published them. Sources: the documentation of each distribution's images on AWS. */
const USERS_BY_OWNER: Readonly<Record<string, string>> = {
  "099720109477": "ubuntu", // Canonical
  "136693071363": "admin", // Debian
  "137112412989": "ec2-user", // Amazon Linux
  "309956199498": "ec2-user", // Red Hat
  "013907871322": "ec2-user", // SUSE
  "125523088429": "fedora", // Fedora
  "764336703387": "ec2-user", // AlmaLinux
  "792107900819": "rocky", // Rocky Linux
};

/** The Go program's, for images that nobody above has published. */
const LAST_RESORT_USER = "ubuntu";

/** Whom to log in as: the user's wish, else what the image is known to have. */
export function sshUserOf({ ami, image, sshUser }: Ec2Options, { OwnerId = "" }: Pick<Image, "OwnerId">): string {
  if (sshUser !== undefined && sshUser !== "") return sshUser;
  if (ami !== undefined && ami !== "") return USERS_BY_OWNER[OwnerId] ?? LAST_RESORT_USER;
  return CATALOGUE[image]?.sshUser ?? LAST_RESORT_USER;
}
