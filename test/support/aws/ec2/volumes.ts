import type {
  DeleteNetworkInterfaceCommandInput,
  DeleteVolumeCommandInput,
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  NetworkInterface as ShownInterface,
  Volume as ShownVolume,
  VolumeType,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { required, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { NetworkInterface, Volume } from "./resources.ts";
import { tagsOf } from "./tags.ts";

function describeVolumes(region: Region, input: DescribeVolumesCommandInput): Partial<DescribeVolumesCommandOutput> {
  const volumes = region.volumes.found(input.VolumeIds);
  stopAtDryRun(input);
  const matching = filtered(volumes, input.Filters, {
    "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
    "attachment.device": ({ attachment }) => attachment?.device,
    "availability-zone": ({ zone }) => zone.name,
    encrypted: ({ encrypted }) => String(encrypted),
    size: ({ size }) => String(size),
    status: ({ attachment }) => (attachment === undefined ? "available" : "in-use"),
    "volume-id": ({ id }) => id,
    "volume-type": ({ type }) => type,
  });
  const { items, next } = page(region, matching, input);
  return { Volumes: items.map((volume) => shownVolume(region, volume)), ...next };
}

function shownVolume(region: Region, volume: Volume): ShownVolume {
  const { attachment } = volume;
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone.name,
    CreateTime: volume.created,
    Encrypted: volume.encrypted,
    ...(volume.kmsKeyId === undefined ? {} : { KmsKeyId: keyArn(region, volume.kmsKeyId) }),
    Size: volume.size,
    SnapshotId: volume.snapshotId ?? "",
    State: attachment === undefined ? "available" : "in-use",
    VolumeType: volume.type as VolumeType,
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
    MultiAttachEnabled: false,
    Attachments:
      attachment === undefined
        ? []
        : [
            {
              AttachTime: attachment.since,
              DeleteOnTermination: attachment.deleteOnTermination,
              Device: attachment.device,
              InstanceId: attachment.instanceId,
              State: "attached",
              VolumeId: volume.id,
            },
          ],
    ...(volume.tags.size > 0 ? { Tags: tagsOf(volume) } : {}),
  };
}

function keyArn(region: Region, key: string): string {
  return key.startsWith("arn:") ? key : `arn:aws:kms:${region.name}:${region.account.id}:${key.includes("/") ? "" : "key/"}${key}`;
}

function deleteVolume(region: Region, input: DeleteVolumeCommandInput): undefined {
  const volume = region.volumes.usedOne(required(input.VolumeId, "volumeId"));
  if (volume.attachment !== undefined)
    throw new AwsFault("VolumeInUse", `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`);
  stopAtDryRun(input);
  region.volumes.delete(volume.id);
}

function describeInterfaces(region: Region, input: DescribeNetworkInterfacesCommandInput): Partial<DescribeNetworkInterfacesCommandOutput> {
  const interfaces = region.interfaces.found(input.NetworkInterfaceIds);
  stopAtDryRun(input);
  const matching = filtered(interfaces, input.Filters, {
    "attachment.instance-id": ({ instanceId, goesAt }) => (goesAt === undefined ? instanceId : undefined),
    "group-id": ({ groups }) => groups.map(({ id }) => id),
    "group-name": ({ groups }) => groups.map(({ name }) => name),
    "network-interface-id": ({ id }) => id,
    status: (networkInterface) => statusOf(region, networkInterface),
    "subnet-id": ({ subnet }) => subnet.id,
    "vpc-id": ({ subnet }) => subnet.vpc.id,
  });
  const { items, next } = page(region, matching, input);
  return { NetworkInterfaces: items.map((networkInterface) => shownInterface(region, networkInterface)), ...next };
}

function statusOf(region: Region, { instanceId }: NetworkInterface): "available" | "in-use" {
  const instance = region.instances.at(instanceId);
  return instance === undefined || instance.state === "terminated" ? "available" : "in-use";
}

function shownInterface(region: Region, networkInterface: NetworkInterface): ShownInterface {
  const status = statusOf(region, networkInterface);
  const instance = region.instances.at(networkInterface.instanceId);
  return {
    NetworkInterfaceId: networkInterface.id,
    AvailabilityZone: networkInterface.subnet.zone.name,
    Description: networkInterface.description,
    Groups: networkInterface.groups.map((group) => ({ GroupId: group.id, GroupName: group.name })),
    InterfaceType: "interface",
    Ipv6Addresses: networkInterface.ipv6.map((Ipv6Address) => ({ Ipv6Address })),
    MacAddress: networkInterface.macAddress,
    OwnerId: region.account.id,
    ...(instance?.privateAddress === undefined ? {} : { PrivateIpAddress: instance.privateAddress }),
    Status: status,
    SubnetId: networkInterface.subnet.id,
    VpcId: networkInterface.subnet.vpc.id,
    ...(status === "in-use"
      ? {
          Attachment: {
            AttachmentId: networkInterface.attachmentId,
            DeleteOnTermination: networkInterface.deleteOnTermination,
            DeviceIndex: 0,
            InstanceId: networkInterface.instanceId,
            InstanceOwnerId: region.account.id,
            Status: "attached" as const,
          },
        }
      : {}),
    TagSet: tagsOf(networkInterface),
  };
}

function deleteInterface(region: Region, input: DeleteNetworkInterfaceCommandInput): undefined {
  const networkInterface = region.interfaces.usedOne(required(input.NetworkInterfaceId, "networkInterfaceId"));
  if (statusOf(region, networkInterface) === "in-use") {
    throw new AwsFault("InvalidParameterValue", `Network interface '${networkInterface.id}' is currently in use.`);
  }
  stopAtDryRun(input);
  region.interfaces.delete(networkInterface.id);
}

export const volumeActions = {
  DeleteNetworkInterface: deleteInterface,
  DeleteVolume: deleteVolume,
  DescribeNetworkInterfaces: describeInterfaces,
  DescribeVolumes: describeVolumes,
} satisfies Actions;
