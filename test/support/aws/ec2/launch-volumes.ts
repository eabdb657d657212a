import type { BlockDeviceMapping, EbsBlockDevice } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import { checkBetween, checkOneOf, invalidCombination } from "./checks.ts";
import type { Image } from "./images.ts";
import type { VolumePlan } from "./resources.ts";

/** Sizes in GiB and IOPS: "Amazon EBS volume types" of the EBS user guide. */
const TYPES: Readonly<Record<string, { readonly size: readonly [number, number]; readonly iops?: readonly [number, number] }>> = {
  gp2: { size: [1, 16_384] },
  gp3: { size: [1, 65_536], iops: [3000, 80_000] },
  io1: { size: [4, 16_384], iops: [100, 64_000] },
  io2: { size: [4, 65_536], iops: [100, 256_000] },
  sc1: { size: [125, 16_384] },
  st1: { size: [125, 16_384] },
  standard: { size: [1, 1024] },
};

/**
 * The volumes of a launch: the image's root with what the request changes of it, and those that it adds.
 *
 * @throws AwsFault `InvalidBlockDeviceMapping`, `InvalidParameterValue`, `InvalidParameterCombination`, `InvalidParameterDependency`, `MissingParameter`
 */
export function volumePlans(image: Image, mappings: readonly BlockDeviceMapping[] | undefined): VolumePlan[] {
  const byDevice = new Map<string, EbsBlockDevice>([[image.rootDevice, {}]]);
  const seen = new Set<string>();
  for (const { DeviceName, Ebs, NoDevice, VirtualName } of mappings ?? []) {
    if (DeviceName === undefined) throw new AwsFault("MissingParameter", "The request must contain the parameter deviceName");
    if (seen.has(DeviceName))
      throw new AwsFault("InvalidBlockDeviceMapping", `The device '${DeviceName}' is used in more than one block-device mapping`);
    seen.add(DeviceName);
    if (NoDevice !== undefined || VirtualName !== undefined) continue;
    byDevice.set(DeviceName, Ebs ?? {});
  }
  return [...byDevice].map(([device, ebs]) => volumePlan(image, device, ebs));
}

function volumePlan(image: Image, device: string, ebs: EbsBlockDevice): VolumePlan {
  const origin = device === image.rootDevice ? rootOrigin(image, ebs) : newOrigin(ebs);
  const type = ebs.VolumeType ?? origin.type;
  checkType(type, origin.size, ebs);
  const iops = ebs.Iops ?? (type === "gp3" ? 3000 : undefined);
  const throughput = ebs.Throughput ?? (type === "gp3" ? 125 : undefined);
  return {
    device,
    ...origin,
    type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    ...encryption(ebs),
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
  };
}

function rootOrigin(image: Image, ebs: EbsBlockDevice): Pick<VolumePlan, "size" | "snapshotId" | "type"> {
  const { size: least, snapshotId } = image;
  if (ebs.SnapshotId !== undefined && ebs.SnapshotId !== snapshotId) {
    throw new AwsFault("InvalidBlockDeviceMapping", "snapshotId cannot be modified on root device");
  }
  const size = ebs.VolumeSize ?? least;
  if (size < least) {
    throw new AwsFault(
      "InvalidBlockDeviceMapping",
      `Volume of size ${size}GB is smaller than snapshot '${snapshotId}', expect size>= ${least}GB`,
    );
  }
  return { size, snapshotId, type: "gp3" };
}

function newOrigin(ebs: EbsBlockDevice): Pick<VolumePlan, "size" | "type"> {
  if (ebs.SnapshotId !== undefined) throw new AwsFault("InvalidSnapshot.NotFound", `The snapshot '${ebs.SnapshotId}' does not exist.`);
  if (ebs.VolumeSize === undefined) throw new AwsFault("MissingParameter", "The request must contain the parameter size or snapshotId");
  return { size: ebs.VolumeSize, type: "gp2" };
}

function encryption({ Encrypted, KmsKeyId }: EbsBlockDevice): Pick<VolumePlan, "encrypted" | "kmsKeyId"> {
  if (Encrypted === true) return { encrypted: true, kmsKeyId: KmsKeyId ?? "alias/aws/ebs" };
  if (KmsKeyId === undefined) return { encrypted: false };
  throw new AwsFault("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.");
}

function checkType(type: string, size: number, ebs: EbsBlockDevice): void {
  checkOneOf(type, Object.keys(TYPES), "volumeType");
  const bounds = TYPES[type];
  if (bounds === undefined) return;
  checkBetween(size, bounds.size[0], bounds.size[1], "volumeSize");
  if (ebs.Iops !== undefined && bounds.iops === undefined)
    throw invalidCombination(`The parameter iops is not supported for ${type} volumes.`);
  if (bounds.iops !== undefined) checkBetween(ebs.Iops, bounds.iops[0], bounds.iops[1], "iops");
  if (ebs.Iops === undefined && type.startsWith("io")) {
    throw new AwsFault("MissingParameter", `The parameter iops must be specified for ${type} volumes.`);
  }
  if (ebs.Throughput === undefined) return;
  if (type !== "gp3") throw invalidCombination(`The parameter throughput is not supported for ${type} volumes.`);
  checkBetween(ebs.Throughput, 125, 2000, "throughput");
}
