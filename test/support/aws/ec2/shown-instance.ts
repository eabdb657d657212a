import type {
  _InstanceType,
  InstanceNetworkInterface,
  Instance as ShownInstance,
  Reservation as ShownReservation,
} from "@aws-sdk/client-ec2";
import type { Region } from "./region.ts";
import type { Instance, InstanceState, NetworkInterface } from "./resources.ts";
import { tagsOf } from "./tags.ts";

/** Numbers of states: `InstanceState` of the EC2 API reference. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** Instances by what launched them, as answers have them. */
export function shownReservations(region: Region, instances: readonly Instance[]): ShownReservation[] {
  const byReservation = Map.groupBy(instances, (instance) => instance.reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: region.account.id,
    Groups: [],
    Instances: members.map((instance) => described(region, instance)),
  }));
}

/** An instance as this read sees it, which may be an old one. */
function described(region: Region, instance: Instance): ShownInstance {
  const { stale } = instance;
  if (stale === undefined || stale.reads <= 0) return shownInstance(region, instance);
  stale.reads -= 1;
  return stale.shown;
}

/** An instance as it is. */
export function shownInstance(region: Region, instance: Instance): ShownInstance {
  const { plan, state } = instance;
  const { image, request, subnet, type } = plan;
  const networkInterface = region.interfaces.at(instance.interfaceId);
  return {
    InstanceId: instance.id,
    ImageId: image.id,
    State: { Code: STATE_CODES[state], Name: state },
    ...addresses(region, instance),
    StateTransitionReason: instance.transitionReason,
    ...(instance.stateReason === undefined ? {} : { StateReason: instance.stateReason }),
    ...(plan.keyPair === undefined ? {} : { KeyName: plan.keyPair.name }),
    AmiLaunchIndex: instance.launchIndex,
    ProductCodes: [],
    InstanceType: type.name as _InstanceType,
    LaunchTime: instance.launched,
    Placement: {
      AvailabilityZone: subnet.zone.name,
      GroupName: request.Placement?.GroupName ?? "",
      Tenancy: request.Placement?.Tenancy ?? "default",
    },
    Monitoring: { State: instance.monitoring ? "enabled" : "disabled" },
    Architecture: image.architecture,
    RootDeviceType: "ebs",
    RootDeviceName: image.rootDevice,
    BlockDeviceMappings: mappings(region, instance),
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    ...(instance.clientToken === undefined ? { ClientToken: "" } : { ClientToken: instance.clientToken }),
    EbsOptimized: request.EbsOptimized ?? type.ebsOptimized === "default",
    EnaSupport: true,
    ...profile(region, instance),
    ...(plan.spot === undefined ? {} : { InstanceLifecycle: "spot" as const }),
    ...(instance.spotRequestId === undefined ? {} : { SpotInstanceRequestId: instance.spotRequestId }),
    ...(networkInterface === undefined || state === "terminated" ? DETACHED : attachment(region, instance, networkInterface)),
    SourceDestCheck: instance.sourceDestCheck,
    ...(instance.tags.size > 0 ? { Tags: tagsOf(instance) } : {}),
    CpuOptions: { CoreCount: Math.max(1, type.vcpus / 2), ThreadsPerCore: type.vcpus > 1 ? 2 : 1 },
    CapacityReservationSpecification: { CapacityReservationPreference: "open" },
    HibernationOptions: { Configured: plan.hibernation },
    MetadataOptions: { State: state === "pending" ? "pending" : "applied", ...instance.metadata },
    EnclaveOptions: { Enabled: false },
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    BootMode: image.bootMode,
  };
}

const DETACHED = { NetworkInterfaces: [], SecurityGroups: [] };

function addresses(region: Region, { privateAddress, publicAddress }: Instance): Partial<ShownInstance> {
  return {
    PrivateDnsName: privateAddress === undefined ? "" : privateName(region, privateAddress),
    PublicDnsName: publicAddress === undefined ? "" : publicName(region, publicAddress),
    ...(privateAddress === undefined ? {} : { PrivateIpAddress: privateAddress }),
    ...(publicAddress === undefined ? {} : { PublicIpAddress: publicAddress }),
  };
}

function attachment(region: Region, instance: Instance, networkInterface: NetworkInterface): Partial<ShownInstance> {
  const { groups, ipv6, subnet } = networkInterface;
  return {
    SubnetId: subnet.id,
    VpcId: subnet.vpc.id,
    ...(ipv6[0] === undefined ? {} : { Ipv6Address: ipv6[0] }),
    NetworkInterfaces: [shownInterface(region, instance, networkInterface)],
    SecurityGroups: groups.map((group) => ({ GroupId: group.id, GroupName: group.name })),
  };
}

function profile(region: Region, { plan, id }: Instance): Pick<ShownInstance, "IamInstanceProfile"> {
  const asked = plan.request.IamInstanceProfile;
  if (asked === undefined) return {};
  const Arn = asked.Arn ?? `arn:aws:iam::${region.account.id}:instance-profile/${asked.Name}`;
  return { IamInstanceProfile: { Arn, Id: `AIPA${id.slice(-16).toUpperCase()}` } };
}

function mappings(region: Region, instance: Instance): ShownInstance["BlockDeviceMappings"] {
  return region.volumes
    .all()
    .filter((volume) => volume.attachment?.instanceId === instance.id)
    .map((volume) => ({
      DeviceName: volume.attachment?.device,
      Ebs: {
        AttachTime: volume.attachment?.since,
        DeleteOnTermination: volume.attachment?.deleteOnTermination,
        Status: instance.state === "pending" ? ("attaching" as const) : ("attached" as const),
        VolumeId: volume.id,
      },
    }));
}

function shownInterface(region: Region, instance: Instance, networkInterface: NetworkInterface): InstanceNetworkInterface {
  const { privateAddress, publicAddress } = instance;
  const association =
    publicAddress === undefined
      ? {}
      : { Association: { IpOwnerId: "amazon", PublicDnsName: publicName(region, publicAddress), PublicIp: publicAddress } };
  const address =
    privateAddress === undefined ? {} : { PrivateIpAddress: privateAddress, PrivateDnsName: privateName(region, privateAddress) };
  return {
    NetworkInterfaceId: networkInterface.id,
    Attachment: {
      AttachTime: instance.launched,
      AttachmentId: networkInterface.attachmentId,
      DeleteOnTermination: networkInterface.deleteOnTermination,
      DeviceIndex: 0,
      Status: instance.state === "pending" ? "attaching" : "attached",
      NetworkCardIndex: 0,
    },
    Description: networkInterface.description,
    Groups: networkInterface.groups.map((group) => ({ GroupId: group.id, GroupName: group.name })),
    Ipv6Addresses: networkInterface.ipv6.map((Ipv6Address, index) => ({
      Ipv6Address,
      IsPrimaryIpv6: networkInterface.primaryIpv6 && index === 0,
    })),
    MacAddress: networkInterface.macAddress,
    OwnerId: region.account.id,
    ...address,
    PrivateIpAddresses: privateAddress === undefined ? [] : [{ ...address, ...association, Primary: true }],
    SourceDestCheck: instance.sourceDestCheck,
    Status: "in-use",
    SubnetId: networkInterface.subnet.id,
    VpcId: networkInterface.subnet.vpc.id,
    InterfaceType: "interface",
    ...association,
  };
}

/** The name that AWS gives a public address. */
function publicName(region: Region, address: string): string {
  const place = region.name === "us-east-1" ? "compute-1" : `${region.name}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${place}.amazonaws.com`;
}

/** The name that AWS gives a private address. */
function privateName(region: Region, address: string): string {
  return `ip-${address.replaceAll(".", "-")}.${region.name === "us-east-1" ? "ec2" : `${region.name}.compute`}.internal`;
}
