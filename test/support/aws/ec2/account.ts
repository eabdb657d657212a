import { AwsFault } from "../aws-fault.ts";
import type { HostRunner } from "./host-runner.ts";
import type { ResourceKind } from "./kinds.ts";
import { beginStop, beginTermination, settle } from "./life-cycle.ts";
import { Region, type RegionOptions } from "./region.ts";
import type { Hidden } from "./resource-table.ts";
import type { Instance } from "./resources.ts";
import { interrupt, resume } from "./spot-life.ts";

/** How long EC2 takes. Milliseconds of the account's time. */
export interface Timing {
  readonly pending: number;
  readonly stopping: number;
  readonly shuttingDown: number;
  /** For how long after its termination an instance's network interface still keeps its security groups in use. */
  readonly interfaceRelease: number;
  /** For how long a terminated instance is still described. About an hour at AWS. */
  readonly terminatedVisible: number;
  /** After how long a persistent spot request replaces an instance that went. */
  readonly spotRefill: number;
}

/** How far reads lag behind writes. EC2 promises nothing; by default nothing lags. */
export interface Consistency {
  /** For how many calls that look for it a new thing isn't there. */
  readonly hiddenReads: number;
  /** For how many calls that name it to change or use it a new thing isn't there. */
  readonly hiddenWrites: number;
  /** For how many descriptions an instance shows what was before its state changed. */
  readonly staleReads: number;
  /** What is hidden. Default: what a caller can make. */
  readonly kinds: readonly ResourceKind[];
}

/** The account's quotas in each region. */
export interface Limits {
  /** vCPUs of running instances, by bucket; the others of `InstanceType.bucket` have none. */
  readonly onDemandVcpus: Readonly<Record<"g" | "standard", number>>;
  readonly spotVcpus: Readonly<Record<"g" | "standard", number>>;
  readonly keyPairs: number;
  readonly securityGroups: number;
  readonly rulesPerGroup: number;
  readonly groupsPerInterface: number;
  /** GiB of volumes. An instance that would go over it is terminated while pending. */
  readonly volumeStorage: number;
}

/** Where there is no capacity. What is left out fits all. */
export interface Shortage {
  readonly instanceType?: string;
  readonly zone?: string;
  readonly market?: "on-demand" | "spot";
}

export interface AccountOptions {
  /** Twelve digits. Default: `123456789012`. */
  readonly id?: string;
  /** The account's time, in milliseconds since 1970. Default: the real one. */
  readonly now?: () => number;
  readonly timing?: Partial<Timing>;
  readonly consistency?: Partial<Consistency>;
  readonly limits?: Partial<Limits>;
  readonly shortages?: readonly Shortage[];
  /** By region. The regions that aren't named have the defaults. */
  readonly regions?: Readonly<Record<string, RegionOptions>>;
  /** Names of IAM instance profiles that there are. */
  readonly instanceProfiles?: readonly string[];
  /** Names, ids or ARNs of KMS keys that there are, beside `alias/aws/ebs`. */
  readonly kmsKeys?: readonly string[];
  /** The longest page that any call gives. Default: as long as asked for. */
  readonly pageSize?: number;
  /** Where instances run. Default: nowhere; their addresses are invented. */
  readonly hosts?: HostRunner;
}

const TIMING: Timing = { pending: 20, stopping: 20, shuttingDown: 20, interfaceRelease: 0, terminatedVisible: 3_600_000, spotRefill: 200 };

const CONSISTENCY: Consistency = {
  hiddenReads: 0,
  hiddenWrites: 0,
  staleReads: 0,
  kinds: ["fleet", "instance", "key-pair", "launch-template", "network-interface", "security-group", "spot-instances-request", "volume"],
};

/** AWS's defaults for accounts that are in use, where it has published ones. */
const LIMITS: Limits = {
  onDemandVcpus: { standard: 1152, g: 64 },
  spotVcpus: { standard: 640, g: 64 },
  keyPairs: 5000,
  securityGroups: 2500,
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  volumeStorage: 51_200,
};

/** Regions with how many zones. `ap-east-1` has to be opted in to. Source: "AWS Regions" of the AWS account management guide. */
const REGIONS: Readonly<Record<string, RegionOptions>> = {
  "us-east-1": { zones: 6 },
  "us-east-2": { zones: 3 },
  "us-west-2": { zones: 4 },
  "eu-central-1": { zones: 3 },
  "eu-west-1": { zones: 3 },
  "ap-northeast-1": { zones: 3 },
  "ap-east-1": { zones: 3, optIn: "not-opted-in" },
};

/** An AWS account as EC2 sees it. Tests set it up, EC2's actions change it, and tests look at what is left. */
export class Account {
  readonly id: string;
  readonly now: () => number;
  readonly pageSize: number;
  readonly hosts: HostRunner | undefined;
  readonly instanceProfiles: Set<string>;
  readonly kmsKeys: Set<string>;
  /** What real hosts failed with. */
  readonly hostErrors: unknown[] = [];
  timing: Timing;
  consistency: Consistency;
  limits: Limits;
  shortages: readonly Shortage[];
  /** The next launches end in `terminated` instead of `running`, for these reasons, such as `Server.InternalError`. */
  readonly failingLaunches: string[] = [];
  readonly #regions: ReadonlyMap<string, Region>;
  readonly #work = new Set<Promise<void>>();
  #addresses = 0;

  constructor(options: AccountOptions = {}) {
    this.id = options.id ?? "123456789012";
    this.now = options.now ?? Date.now;
    this.pageSize = options.pageSize ?? Number.POSITIVE_INFINITY;
    this.hosts = options.hosts;
    this.instanceProfiles = new Set(options.instanceProfiles);
    this.kmsKeys = new Set(["alias/aws/ebs", ...(options.kmsKeys ?? [])]);
    this.timing = { ...TIMING, ...options.timing };
    this.consistency = { ...CONSISTENCY, ...options.consistency };
    this.limits = { ...LIMITS, ...options.limits };
    this.shortages = options.shortages ?? [];
    const names = new Set([...Object.keys(REGIONS), ...Object.keys(options.regions ?? {})]);
    this.#regions = new Map([...names].map((name) => [name, new Region(this, name, { ...REGIONS[name], ...options.regions?.[name] })]));
  }

  /** All regions, also those that the account isn't opted in to. */
  regions(): Region[] {
    return [...this.#regions.values()];
  }

  /**
   * A region as it is now.
   *
   * @throws AwsFault `AuthFailure` for one that there isn't, or that the account isn't opted in to: its keys aren't known there
   */
  region(name: string): Region {
    const region = this.#regions.get(name);
    if (region === undefined || region.optIn === "not-opted-in") {
      throw new AwsFault("AuthFailure", "AWS was not able to validate the provided access credentials");
    }
    settle(region);
    return region;
  }

  /** What AWS Systems Manager's public parameters say about images: values by names. */
  parameters(region: string): Readonly<Record<string, string>> {
    const images = this.#regions.get(region)?.images.all() ?? [];
    return Object.fromEntries(images.flatMap(({ id, parameters }) => parameters.map((name) => [name, id])));
  }

  /** The limits that Service Quotas tells of, by its codes, for the server's `quotas`. */
  quotas(): Readonly<Record<string, number>> {
    const { onDemandVcpus, spotVcpus } = this.limits;
    return {
      "L-1216C47A": onDemandVcpus.standard,
      "L-34B43A08": spotVcpus.standard,
      "L-3819A6DF": spotVcpus.g,
      "L-DB2E81BA": onDemandVcpus.g,
    };
  }

  /** Whether there is capacity for an instance of this type. */
  hasCapacity(instanceType: string, zone: string, market: "on-demand" | "spot"): boolean {
    return !this.shortages.some(
      (shortage) =>
        (shortage.instanceType ?? instanceType) === instanceType &&
        (shortage.zone ?? zone) === zone &&
        (shortage.market ?? market) === market,
    );
  }

  /** AWS takes a spot instance back: it's terminated, stopped or hibernated, as its request says. Real ones get two minutes' notice first. */
  interruptSpot(instanceId: string): void {
    const { region, instance } = this.#find(instanceId);
    interrupt(region, instance);
  }

  /** AWS has capacity again for a spot instance that it stopped. */
  resumeSpot(instanceId: string): void {
    const { region, instance } = this.#find(instanceId);
    resume(region, instance);
  }

  /** An instance goes to `shutting-down` by itself, by default because AWS's hardware failed. */
  crash(instanceId: string, reason = "Server.InternalError"): void {
    const { region, instance } = this.#find(instanceId);
    beginTermination(region, instance, { code: reason, message: `${reason}: the instance ended by itself` });
  }

  /** Someone powers an instance off from inside: it stops, or is terminated where its launch or a one-time spot request says so. */
  powerOff(instanceId: string): void {
    const { region, instance } = this.#find(instanceId);
    const code = "Client.InstanceInitiatedShutdown";
    const reason = { code, message: `${code}: Instance initiated shutdown` };
    const { request, spot } = instance.plan;
    if (request.InstanceInitiatedShutdownBehavior === "terminate" || spot?.type === "one-time") beginTermination(region, instance, reason);
    else if (instance.state === "running") beginStop(region, instance, reason);
  }

  /** What a new thing of the kind is hidden from. */
  hiddenAtFirst(kind: ResourceKind): Hidden {
    const { hiddenReads, hiddenWrites, kinds } = this.consistency;
    return kinds.includes(kind) ? { reads: hiddenReads, writes: hiddenWrites } : { reads: 0, writes: 0 };
  }

  /** A public address that no instance had before. They are of networks for documentation (RFC 5737). */
  newPublicAddress(): string {
    const count = this.#addresses++;
    const network = ["203.0.113", "198.51.100", "192.0.2"][Math.floor(count / 250) % 3];
    return `${network}.${(count % 250) + 4}`;
  }

  /** Remembers work of real hosts, for `idle`. */
  track(work: Promise<void>): void {
    const settled = work.catch((error: unknown) => void this.hostErrors.push(error)).finally(() => this.#work.delete(settled));
    this.#work.add(settled);
  }

  /** Waits until the real hosts have done all that they were told. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** What exists in all regions beyond what an account has from the beginning, one line each. Terminated instances don't count. */
  residue(): string[] {
    return this.regions().flatMap((region) => {
      settle(region);
      return region.residue();
    });
  }

  #find(instanceId: string): { region: Region; instance: Instance } {
    for (const region of this.regions()) {
      settle(region);
      const instance = region.instances.at(instanceId);
      if (instance !== undefined) return { region, instance };
    }
    throw new Error(`the account has no instance ${instanceId}`);
  }
}
