import type { Account } from "./account.ts";
import { ClientTokens } from "./client-tokens.ts";
import { type Image, publicImages } from "./images.ts";
import { INSTANCE_TYPES } from "./instance-types.ts";
import { ipv4At, ipv4Size, ipv6At } from "./ip-networks.ts";
import { newId, type ResourceKind } from "./kinds.ts";
import { type Resource, ResourceTable } from "./resource-table.ts";
import type {
  Fleet,
  Instance,
  KeyPair,
  LaunchTemplate,
  NetworkInterface,
  SecurityGroup,
  SecurityGroupRule,
  SpotRequest,
  Subnet,
  Volume,
  Vpc,
  Zone,
} from "./resources.ts";

export interface RegionOptions {
  /** How many availability zones, named `a`, `b`, … Default: 3. */
  readonly zones?: number;
  /** Default: `opt-in-not-required`. */
  readonly optIn?: "not-opted-in" | "opt-in-not-required" | "opted-in";
  /** Whether there is a default VPC with a default subnet in each zone. Default: yes. */
  readonly defaultVpc?: "none" | "present" | "without-subnets";
  /** By instance type: the letters of the zones that don't offer it. */
  readonly notOffered?: Readonly<Record<string, string>>;
}

export interface SubnetOptions {
  /** The zone's letter. Default: `a`. */
  readonly zone?: string;
  /** Default: the next /24 of the VPC. */
  readonly cidr?: string;
  /** Instances get a public address unless they say otherwise. Default: no. */
  readonly publicAddresses?: "at-launch" | "on-request";
  /** Default: IPv4 alone. */
  readonly ipv6?: "alone" | "at-launch" | "none" | "on-request";
  /** How many addresses are free. Default: all but the five that AWS keeps. */
  readonly free?: number;
}

/** What an account has in one region. */
export class Region {
  readonly account: Account;
  readonly name: string;
  readonly optIn: NonNullable<RegionOptions["optIn"]>;
  readonly zones: readonly Zone[];
  readonly fleets = new ResourceTable<Fleet>("fleet");
  readonly images = new ResourceTable<Image>("image");
  readonly instances = new ResourceTable<Instance>("instance");
  readonly interfaces = new ResourceTable<NetworkInterface>("network-interface");
  readonly keyPairs = new ResourceTable<KeyPair>("key-pair");
  readonly launchTemplates = new ResourceTable<LaunchTemplate>("launch-template");
  readonly rules = new ResourceTable<SecurityGroupRule>("security-group-rule");
  readonly securityGroups = new ResourceTable<SecurityGroup>("security-group");
  readonly spotRequests = new ResourceTable<SpotRequest>("spot-instances-request");
  readonly subnets = new ResourceTable<Subnet>("subnet");
  readonly volumes = new ResourceTable<Volume>("volume");
  readonly vpcs = new ResourceTable<Vpc>("vpc");
  /** Names of placement groups that there are. */
  readonly placementGroups = new Set<string>();
  readonly tokens = new ClientTokens();
  readonly #notOffered: Readonly<Record<string, string>>;

  constructor(account: Account, name: string, options: RegionOptions) {
    this.account = account;
    this.name = name;
    this.optIn = options.optIn ?? "opt-in-not-required";
    this.#notOffered = options.notOffered ?? (name === "us-east-1" ? { "t3.micro": "e", "t4g.micro": "e", "m7g.large": "e" } : {});
    const short = name.replace(
      /^([a-z]+)-([a-z])[a-z]*?(east|west|north|south)?-(\d)$/,
      (_, area, first, second, number) => `${area}${first}${second?.[0] ?? ""}${number}`,
    );
    this.zones = [..."abcdefgh"]
      .slice(0, options.zones ?? 3)
      .map((letter, index) => ({ name: name + letter, id: `${short}-az${index + 1}` }));
    for (const image of publicImages(name)) this.images.add(image);
    if (options.defaultVpc !== "none") this.#addDefaultVpc(options.defaultVpc === "without-subnets" ? [] : this.zones);
  }

  /** The default VPC, if there is one. */
  get defaultVpc(): Vpc | undefined {
    return this.vpcs.all().find((vpc) => vpc.isDefault);
  }

  /** Whether a zone has an instance type at all. */
  offers(instanceType: string, zone: string): boolean {
    return INSTANCE_TYPES.has(instanceType) && !(this.#notOffered[instanceType] ?? "").includes(zone.slice(this.name.length));
  }

  table(kind: ResourceKind): ResourceTable<Resource> {
    const table = this.tables().find((candidate) => candidate.kind === kind);
    if (table === undefined) throw new Error(`no table of ${kind}`);
    return table;
  }

  tables(): ResourceTable<Resource>[] {
    const {
      fleets,
      images,
      instances,
      interfaces,
      keyPairs,
      launchTemplates,
      rules,
      securityGroups,
      spotRequests,
      subnets,
      volumes,
      vpcs,
    } = this;
    const tables = [
      fleets,
      images,
      instances,
      interfaces,
      keyPairs,
      launchTemplates,
      rules,
      securityGroups,
      spotRequests,
      subnets,
      volumes,
      vpcs,
    ];
    return tables as unknown as ResourceTable<Resource>[];
  }

  /** A VPC beside the default one. Like every VPC it has a group `default`. */
  addVpc(cidr: string): Vpc {
    return this.#addVpc(cidr, { isDefault: false });
  }

  addSubnet(vpc: Vpc, options: SubnetOptions = {}): Subnet {
    const siblings = this.subnets.all().filter((subnet) => subnet.vpc === vpc).length;
    const ipv6 = options.ipv6 ?? "none";
    const cidr = options.cidr ?? `${ipv4At(vpc.cidr, siblings * 256)}/24`;
    return this.#addSubnet({
      vpc,
      zone: this.zone(this.name + (options.zone ?? "a")),
      cidr,
      ...(ipv6 === "none" ? {} : { ipv6Cidr: `2001:db8:${siblings.toString(16)}:${this.vpcs.all().length}::/64` }),
      ipv6Only: ipv6 === "alone",
      ipv6OnLaunch: ipv6 === "alone" || ipv6 === "at-launch",
      publicAddresses: options.publicAddresses === "at-launch",
      defaultForZone: false,
      free: options.free ?? ipv4Size(cidr) - 5,
    });
  }

  zone(name: string): Zone {
    const zone = this.zones.find((candidate) => candidate.name === name);
    if (zone === undefined) throw new Error(`${this.name} has no zone ${name}`);
    return zone;
  }

  /** An IPv4 address of the subnet that no instance had before. The first four are AWS's. */
  newPrivateAddress(subnet: Subnet): string {
    subnet.taken += 1;
    subnet.free -= 1;
    return ipv4At(subnet.cidr, subnet.taken + 3);
  }

  newIpv6Address(subnet: Subnet): string {
    subnet.takenIpv6 += 1;
    return ipv6At(subnet.ipv6Cidr ?? "2001:db8::/64", subnet.takenIpv6 + 0x1000);
  }

  /** What exists beyond what a region has from the beginning, one line each. */
  residue(): string[] {
    const live = (state: string) => !["closed", "cancelled", "failed", "deleted", "deleted_terminating", "terminated"].includes(state);
    const named = ({ tags }: Resource) => (tags.has("Name") ? ` "${tags.get("Name")}"` : "");
    return [
      ...this.instances
        .all()
        .filter(({ state }) => live(state))
        .map((instance) => `instance ${instance.id}${named(instance)} (${instance.state})`),
      ...this.spotRequests
        .all()
        .filter(({ state }) => live(state))
        .map((request) => `spot request ${request.id} (${request.state})`),
      ...this.fleets
        .all()
        .filter(({ state }) => live(state))
        .map((fleet) => `fleet ${fleet.id} (${fleet.state})`),
      ...this.launchTemplates.all().map((template) => `launch template ${template.id} "${template.name}"`),
      ...this.keyPairs.all().map((keyPair) => `key pair ${keyPair.id} "${keyPair.name}"`),
      ...this.securityGroups
        .all()
        .filter(({ name }) => name !== "default")
        .map((group) => `security group ${group.id} "${group.name}"`),
      ...this.volumes.all().map((volume) => `volume ${volume.id}`),
      ...this.interfaces.all().map((networkInterface) => `network interface ${networkInterface.id}`),
    ].map((line) => `${this.name}: ${line}`);
  }

  #addDefaultVpc(zones: readonly Zone[]): void {
    const vpc = this.#addVpc("172.31.0.0/16", { isDefault: true });
    for (const [index, zone] of zones.entries()) {
      const cidr = `${ipv4At(vpc.cidr, index * 4096)}/20`;
      const shape = { ipv6Only: false, ipv6OnLaunch: false, publicAddresses: true, defaultForZone: true };
      this.#addSubnet({ vpc, zone, cidr, ...shape, free: ipv4Size(cidr) - 5 });
    }
  }

  #addVpc(cidr: string, { isDefault }: { readonly isDefault: boolean }): Vpc {
    const vpc = this.vpcs.add({ ...newResource("vpc"), cidr, isDefault });
    this.securityGroups.add({ ...newResource("security-group"), name: "default", description: "default VPC security group", vpc });
    return vpc;
  }

  #addSubnet(subnet: Omit<Subnet, "taken" | "takenIpv6" | keyof Resource>): Subnet {
    return this.subnets.add({ ...newResource("subnet"), ...subnet, taken: 0, takenIpv6: 0 });
  }
}

function newResource(kind: ResourceKind): Resource {
  return { id: newId(kind), tags: new Map(), hidden: { reads: 0, writes: 0 } };
}
