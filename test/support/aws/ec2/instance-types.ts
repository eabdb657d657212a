import type {
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypeOfferingsCommandOutput,
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  InstanceTypeInfo,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { checkOneOf, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";

/** What sets an instance type apart. */
export interface InstanceType {
  readonly name: string;
  readonly architectures: readonly ("arm64" | "i386" | "x86_64")[];
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly hypervisor: "nitro" | "xen";
  readonly hibernation: boolean;
  readonly ebsOptimized: "default" | "supported" | "unsupported";
  readonly burstable: boolean;
  /** The limit of vCPUs that it counts against: `standard` is "All Standard (A, C, D, H, I, M, R, T, Z)". */
  readonly bucket: "g" | "standard";
  /** US dollars an hour. Below it, a spot request isn't fulfilled. */
  readonly spotPrice: string;
}

type Row = readonly [string, "arm" | "x86" | "x86+i386", number, number, string, ("burst" | "g" | "hibernate" | "xen")[]];

/** Source: Amazon EC2 instance types guide. The spot prices are made up. */
const ROWS: readonly Row[] = [
  ["t2.micro", "x86+i386", 1, 1024, "0.0035", ["xen", "burst", "hibernate"]],
  ["t2.medium", "x86+i386", 2, 4096, "0.0140", ["xen", "burst", "hibernate"]],
  ["t3.nano", "x86", 2, 512, "0.0016", ["burst", "hibernate"]],
  ["t3.micro", "x86", 2, 1024, "0.0031", ["burst", "hibernate"]],
  ["t3.small", "x86", 2, 2048, "0.0063", ["burst", "hibernate"]],
  ["t3.medium", "x86", 2, 4096, "0.0125", ["burst", "hibernate"]],
  ["t3.large", "x86", 2, 8192, "0.0250", ["burst", "hibernate"]],
  ["t3a.micro", "x86", 2, 1024, "0.0028", ["burst", "hibernate"]],
  ["t3a.small", "x86", 2, 2048, "0.0056", ["burst", "hibernate"]],
  ["t4g.nano", "arm", 2, 512, "0.0013", ["burst"]],
  ["t4g.micro", "arm", 2, 1024, "0.0025", ["burst"]],
  ["t4g.small", "arm", 2, 2048, "0.0050", ["burst"]],
  ["m5.large", "x86", 2, 8192, "0.0350", ["hibernate"]],
  ["m5.xlarge", "x86", 4, 16384, "0.0700", ["hibernate"]],
  ["m6i.large", "x86", 2, 8192, "0.0360", ["hibernate"]],
  ["m6g.large", "arm", 2, 8192, "0.0310", []],
  ["m7g.large", "arm", 2, 8192, "0.0330", ["hibernate"]],
  ["c5.large", "x86", 2, 4096, "0.0340", ["hibernate"]],
  ["c6i.large", "x86", 2, 4096, "0.0350", ["hibernate"]],
  ["c7g.large", "arm", 2, 4096, "0.0290", ["hibernate"]],
  ["g4dn.xlarge", "x86", 4, 16384, "0.1578", ["g"]],
];

export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(ROWS.map((row) => [row[0], typeOf(row)]));

function typeOf([name, architecture, vcpus, memoryMib, spotPrice, features]: Row): InstanceType {
  const xen = features.includes("xen");
  return {
    name,
    architectures: architecture === "arm" ? ["arm64"] : architecture === "x86" ? ["x86_64"] : ["i386", "x86_64"],
    vcpus,
    memoryMib,
    hypervisor: xen ? "xen" : "nitro",
    hibernation: features.includes("hibernate"),
    ebsOptimized: xen ? "unsupported" : "default",
    burstable: features.includes("burst"),
    bucket: features.includes("g") ? "g" : "standard",
    spotPrice,
  };
}

/** @throws AwsFault `InvalidParameterValue` for a name that no type has */
export function instanceType(name: string): InstanceType {
  const type = INSTANCE_TYPES.get(name);
  if (type === undefined) throw new AwsFault("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  return type;
}

function describeInstanceTypes(region: Region, input: DescribeInstanceTypesCommandInput): Partial<DescribeInstanceTypesCommandOutput> {
  const unknown = (input.InstanceTypes ?? []).filter((name) => !INSTANCE_TYPES.has(name));
  if (unknown.length > 0) {
    throw new AwsFault("InvalidInstanceType", `The following supplied instance types do not exist: [${unknown.join(", ")}]`);
  }
  stopAtDryRun(input);
  const named = input.InstanceTypes?.length ? new Set<string>(input.InstanceTypes) : undefined;
  const types = [...INSTANCE_TYPES.values()]
    .filter(({ name }) => named?.has(name) ?? true)
    .map((type) => ({ ...untagged(type.name), type }));
  const matching = filtered(types, input.Filters, {
    "instance-type": ({ type }) => type.name,
    "processor-info.supported-architecture": ({ type }) => type.architectures,
    "hibernation-supported": ({ type }) => String(type.hibernation),
    "burstable-performance-supported": ({ type }) => String(type.burstable),
    "current-generation": ({ type }) => String(type.hypervisor === "nitro"),
    hypervisor: ({ type }) => type.hypervisor,
    "vcpu-info.default-vcpus": ({ type }) => String(type.vcpus),
    "memory-info.size-in-mib": ({ type }) => String(type.memoryMib),
  });
  const { items, next } = page(region, matching, input);
  return { InstanceTypes: items.map(({ type }) => shown(type)), ...next };
}

function shown(type: InstanceType): InstanceTypeInfo {
  return {
    InstanceType: type.name as NonNullable<InstanceTypeInfo["InstanceType"]>,
    CurrentGeneration: type.hypervisor === "nitro",
    FreeTierEligible: type.name === "t2.micro" || type.name === "t3.micro",
    SupportedUsageClasses: ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: false,
    Hypervisor: type.hypervisor,
    ProcessorInfo: { SupportedArchitectures: [...type.architectures] },
    VCpuInfo: { DefaultVCpus: type.vcpus },
    MemoryInfo: { SizeInMiB: type.memoryMib },
    InstanceStorageSupported: false,
    EbsInfo: { EbsOptimizedSupport: type.ebsOptimized, EncryptionSupport: "supported" },
    NetworkInfo: { Ipv6Supported: true, MaximumNetworkInterfaces: 2, EnaSupport: type.hypervisor === "nitro" ? "required" : "unsupported" },
    HibernationSupported: type.hibernation,
    BurstablePerformanceSupported: type.burstable,
  };
}

function describeOfferings(
  region: Region,
  input: DescribeInstanceTypeOfferingsCommandInput,
): Partial<DescribeInstanceTypeOfferingsCommandOutput> {
  checkOneOf(input.LocationType, ["availability-zone", "availability-zone-id", "region"], "LocationType");
  stopAtDryRun(input);
  const kind = input.LocationType ?? "region";
  const places =
    kind === "region"
      ? [{ name: region.name, zones: region.zones }]
      : region.zones.map((zone) => ({ name: kind === "availability-zone" ? zone.name : zone.id, zones: [zone] }));
  const offerings = places.flatMap(({ name: location, zones }) =>
    [...INSTANCE_TYPES.values()]
      .filter((type) => zones.some((zone) => region.offers(type.name, zone.name)))
      .map((type) => ({ ...untagged(`${type.name}@${location}`), location, type: type.name })),
  );
  const matching = filtered(offerings, input.Filters, { location: ({ location }) => location, "instance-type": ({ type }) => type });
  const { items, next } = page(region, matching, input);
  return {
    InstanceTypeOfferings: items.map(({ location, type }) => ({
      InstanceType: type as NonNullable<InstanceTypeInfo["InstanceType"]>,
      LocationType: kind,
      Location: location,
    })),
    ...next,
  };
}

/** What filters want of a thing that can't have tags. */
export function untagged(id: string): { id: string; tags: Map<string, string>; hidden: { reads: number; writes: number } } {
  return { id, tags: new Map(), hidden: { reads: 0, writes: 0 } };
}

export const instanceTypeActions = {
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceTypeOfferings: describeOfferings,
} satisfies Actions;
