import { createHash } from "node:crypto";
import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, Image as ShownImage } from "@aws-sdk/client-ec2";
import type { Actions } from "./actions.ts";
import { stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { Resource } from "./resource-table.ts";
import { tagsOf } from "./tags.ts";

/** An AMI. */
export interface Image extends Resource {
  readonly name: string;
  readonly description: string;
  readonly architecture: "arm64" | "x86_64";
  /** Twelve digits. */
  readonly ownerId: string;
  readonly rootDevice: string;
  readonly snapshotId: string;
  /** GiB. A root volume can't be smaller. */
  readonly size: number;
  readonly bootMode: "legacy-bios" | "uefi" | "uefi-preferred";
  /** Whether the image wants IMDSv2 of instances that say nothing else. */
  readonly imdsV2: boolean;
  readonly hibernation: boolean;
  /** Where AWS Systems Manager names it publicly. */
  readonly parameters: readonly string[];
  readonly created: Date;
  state: "available" | "disabled" | "pending";
}

type Blueprint = Pick<Image, "architecture" | "description" | "hibernation" | "name" | "parameters" | "rootDevice"> & {
  readonly owner: Owner;
};
type Owner = "amazon" | "canonical" | "debian";

const OWNERS: Readonly<Record<Owner, string>> = { amazon: "137112412989", canonical: "099720109477", debian: "136693071363" };

/** Sources of the parameters' names: documentation.ubuntu.com/aws, wiki.debian.org/Cloud/AmazonEC2Image, the user guide of Amazon Linux 2023. */
const BLUEPRINTS: readonly Blueprint[] = [
  ...(["amd64", "arm64"] as const).flatMap((architecture) => [
    ubuntu("26.04", "resolute", architecture, "gp3"),
    ubuntu("24.04", "noble", architecture, "gp3"),
    ubuntu("22.04", "jammy", architecture, "gp2"),
    debian("12", "bookworm", architecture),
    debian("13", "trixie", architecture),
  ]),
  amazonLinux("x86_64"),
  amazonLinux("arm64"),
];

function ubuntu(release: string, codename: string, arch: "amd64" | "arm64", volume: "gp2" | "gp3"): Blueprint {
  return {
    owner: "canonical",
    name: `ubuntu/images/hvm-ssd${volume === "gp3" ? "-gp3" : ""}/ubuntu-${codename}-${release}-${arch}-server-20260901`,
    description: `Canonical, Ubuntu, ${release}, ${arch} ${codename} image`,
    architecture: arch === "amd64" ? "x86_64" : "arm64",
    rootDevice: "/dev/sda1",
    hibernation: true,
    parameters: [`/aws/service/canonical/ubuntu/server/${release}/stable/current/${arch}/hvm/ebs-${volume}/ami-id`],
  };
}

function debian(release: string, codename: string, arch: "amd64" | "arm64"): Blueprint {
  return {
    owner: "debian",
    name: `debian-${release}-${arch}-20260901-1990`,
    description: `Debian ${release} (20260901-1990)`,
    architecture: arch === "amd64" ? "x86_64" : "arm64",
    rootDevice: "/dev/xvda",
    hibernation: false,
    parameters: [release, codename].map((name) => `/aws/service/debian/release/${name}/latest/${arch}`),
  };
}

function amazonLinux(architecture: "arm64" | "x86_64"): Blueprint {
  return {
    owner: "amazon",
    name: `al2023-ami-2023.9.20260901.0-kernel-6.1-${architecture}`,
    description: `Amazon Linux 2023 AMI 2023.9.20260901.0 ${architecture} HVM kernel-6.1`,
    architecture,
    rootDevice: "/dev/xvda",
    hibernation: true,
    parameters: ["default", "6.1"].map((kernel) => `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-${kernel}-${architecture}`),
  };
}

/** The public images that each region has, with ids of its own. */
export function publicImages(region: string): Image[] {
  return BLUEPRINTS.map(({ owner, ...blueprint }) => ({
    ...blueprint,
    id: `ami-0${digest(region, blueprint.name)}`,
    tags: new Map(),
    hidden: { reads: 0, writes: 0 },
    ownerId: OWNERS[owner],
    snapshotId: `snap-0${digest(region, `${blueprint.name} root`)}`,
    size: 8,
    bootMode: blueprint.architecture === "arm64" ? "uefi" : "uefi-preferred",
    imdsV2: owner === "amazon",
    created: new Date("2026-09-01T06:00:00Z"),
    state: "available",
  }));
}

function digest(region: string, name: string): string {
  return createHash("sha256").update(`${region}\n${name}`).digest("hex").slice(0, 16);
}

function describeImages(region: Region, input: DescribeImagesCommandInput): Partial<DescribeImagesCommandOutput> {
  const images = region.images.found(input.ImageIds);
  stopAtDryRun(input);
  const owned = images.filter((image) => ownedByOne(region, image, input.Owners));
  const matching = filtered(owned, input.Filters, {
    architecture: (image) => image.architecture,
    "image-id": (image) => image.id,
    "image-type": () => "machine",
    "is-public": () => "true",
    name: (image) => image.name,
    description: (image) => image.description,
    "owner-id": (image) => image.ownerId,
    "owner-alias": (image) => aliasOf(image),
    "platform-details": () => "Linux/UNIX",
    "root-device-name": (image) => image.rootDevice,
    "root-device-type": () => "ebs",
    state: (image) => image.state,
    "virtualization-type": () => "hvm",
    "ena-support": () => "true",
  });
  const { items, next } = page(region, matching, input, 1);
  return { Images: items.map(shown), ...next };
}

function ownedByOne(region: Region, image: Image, owners: readonly string[] | undefined): boolean {
  if (owners === undefined || owners.length === 0) return true;
  return owners.some(
    (owner) => owner === image.ownerId || owner === aliasOf(image) || (owner === "self" && image.ownerId === region.account.id),
  );
}

function aliasOf(image: Image): string | undefined {
  return image.ownerId === OWNERS.amazon ? "amazon" : undefined;
}

function shown(image: Image): ShownImage {
  const alias = aliasOf(image);
  return {
    ImageId: image.id,
    ImageLocation: `${image.ownerId}/${image.name}`,
    ImageType: "machine",
    Name: image.name,
    Description: image.description,
    Architecture: image.architecture,
    OwnerId: image.ownerId,
    ...(alias === undefined ? {} : { ImageOwnerAlias: alias }),
    Public: true,
    State: image.state,
    CreationDate: image.created.toISOString(),
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    RootDeviceName: image.rootDevice,
    RootDeviceType: "ebs",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    EnaSupport: true,
    SriovNetSupport: "simple",
    BootMode: image.bootMode === "uefi-preferred" ? "uefi-preferred" : image.bootMode,
    ...(image.imdsV2 ? { ImdsSupport: "v2.0" } : {}),
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDevice,
        Ebs: { DeleteOnTermination: true, Encrypted: false, SnapshotId: image.snapshotId, VolumeSize: image.size, VolumeType: "gp3" },
      },
    ],
    ...(image.tags.size > 0 ? { Tags: tagsOf(image) } : {}),
  };
}

export const imageActions = { DescribeImages: describeImages } satisfies Actions;
