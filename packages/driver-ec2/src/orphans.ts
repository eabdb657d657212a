import { DriverError, type Host, type Orphan, type OrphanSearch } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { livingResources } from "./living-resources.js";
import type { ec2Options } from "./options.js";
import { removeResource } from "./remove-resource.js";
import { instancesIn, removeUnusedGroup } from "./remove-security-groups.js";
import type { Ec2State } from "./state.js";
import { RESOURCE_KINDS, type TaggedResource, taggedResources } from "./tagged-resources.js";
import { TAG_KEYS } from "./tags.js";

type Search = OrphanSearch<typeof ec2Options, Ec2State>;

/** How many regions are asked at a time. */
const REGIONS_AT_ONCE = 5;

/** What was found in one region, before it is known whose it is. */
interface Finding {
  readonly aws: Aws;
  readonly resource: TaggedResource;
  readonly madeAt: Date | undefined;
  /** The instances that are in it, if it is a security group. */
  readonly users: readonly string[];
}

/**
 * What bears our tags and belongs to no machine of the store: in the region of `--amazonec2-region`, else in all that the account uses.
 * Security groups come last, since instances keep them.
 *
 * @throws {DriverError} an {@link AwsError}
 */
export async function findOrphans(search: Search, host: Host): Promise<readonly Orphan[]> {
  const storeId = await host.storeId();
  const findings: Finding[] = [];
  const regions = await regionsOf(search, host);
  for (let start = 0; start < regions.length; start += REGIONS_AT_ONCE) {
    const some = regions.slice(start, start + REGIONS_AT_ONCE);
    findings.push(...(await Promise.all(some.map((aws) => findingsIn(aws, search.anyStore ? undefined : storeId)))).flat());
  }
  // Asked last: of a machine that is being made, the state says so before anything is there to be found.
  const states = (await search.machines()).map(({ state }) => state);
  const resources = findings.filter(({ resource }) => resource.type !== "security-group" && !isOfMachine(resource, states));
  const orphanIds = new Set(resources.map(({ resource }) => resource.id));
  const groups = findings.filter((finding) => finding.resource.type === "security-group" && !isGroupOfMachine(finding, states, storeId));
  return [
    ...RESOURCE_KINDS.flatMap((kind) => resources.filter(({ resource }) => resource.type === kind)).map((finding) =>
      orphanOf(finding, { storeId, host, remove: () => removeFound(finding, host) }),
    ),
    ...groups.map((finding) => {
      const others = finding.users.filter((id) => !orphanIds.has(id));
      return orphanOf(finding, {
        storeId,
        host,
        ...(others.length === 0 ? {} : { keptBecause: `in use by ${others.join(", ")}` }),
        remove: () => removeGroup(finding, host),
      });
    }),
  ];
}

async function regionsOf({ options }: Search, host: Host): Promise<readonly Aws[]> {
  const first = await openAws({ options }, host);
  if (options.region !== undefined) return [first];
  const { Regions = [] } = await first.ec2("DescribeRegions", {});
  const names = Regions.flatMap(({ RegionName }) => RegionName ?? []).filter((name) => name !== first.region);
  return [first, ...(await Promise.all(names.map((Region) => openAws({ options, state: { Region } }, host))))];
}

/** @param storeId only what bears this store's mark; absent: any */
async function findingsIn(aws: Aws, storeId: string | undefined): Promise<Finding[]> {
  const tagged = (await taggedResources(aws)).filter(({ tags }) => storeId === undefined || tags.get(TAG_KEYS.storeId) === storeId);
  const living = await livingResources(aws, tagged);
  const found = tagged.filter(({ id }) => living.has(id));
  return Promise.all(
    found.map(async (resource) => ({
      aws,
      resource,
      madeAt: living.get(resource.id),
      users: resource.type === "security-group" ? await instancesIn([resource.id], aws) : [],
    })),
  );
}

function isOfMachine({ id, tags }: TaggedResource, states: readonly Readonly<Partial<Ec2State>>[]): boolean {
  return states.some(
    ({ MachineId, InstanceId }) => InstanceId === id || (MachineId !== undefined && MachineId === tags.get(TAG_KEYS.machineId)),
  );
}

/** While a machine of the store is being made, its group may be there and not yet in its state. */
function isGroupOfMachine({ resource, aws }: Finding, states: readonly Readonly<Partial<Ec2State>>[], storeId: string): boolean {
  const isOfThisStore = resource.tags.get(TAG_KEYS.storeId) === storeId;
  return states.some(
    ({ OwnSecurityGroupIds = [], MachineId, InstanceId, Region }) =>
      OwnSecurityGroupIds.includes(resource.id) ||
      (isOfThisStore && MachineId !== undefined && InstanceId === undefined && (Region ?? aws.region) === aws.region),
  );
}

interface OrphanContext {
  readonly storeId: string;
  readonly host: Host;
  readonly keptBecause?: string;
  readonly remove: () => Promise<void>;
}

function orphanOf({ aws, resource, madeAt }: Finding, { storeId, keptBecause, remove }: OrphanContext): Orphan {
  const store = resource.tags.get(TAG_KEYS.storeId);
  const machineName = resource.tags.get(TAG_KEYS.machineName);
  return {
    id: resource.id,
    kind: `${resource.type} in ${aws.region}${store === storeId ? "" : ` of store ${store}`}`,
    ...(machineName === undefined ? {} : { machineName }),
    ...(madeAt === undefined ? {} : { madeAt }),
    ...(keptBecause === undefined ? {} : { keptBecause }),
    remove,
  };
}

async function removeFound({ aws, resource }: Finding, host: Host): Promise<void> {
  const kind = RESOURCE_KINDS.find((each) => each === resource.type);
  if (kind !== undefined) await removeResource({ kind, id: resource.id }, aws, host);
}

/** @throws {DriverError} `EC2_SECURITY_GROUP_IN_USE` */
async function removeGroup({ aws, resource: { id } }: Finding, host: Host): Promise<void> {
  const users = await instancesIn([id], aws);
  if (users.length > 0) {
    throw new DriverError("EC2_SECURITY_GROUP_IN_USE", `The security group ${id} in ${aws.region} is in use by ${users.join(", ")}.`, {
      suggestions: [`docker-machine driver amazonec2 orphans --amazonec2-region ${aws.region}`],
    });
  }
  await removeUnusedGroup(id, aws, host);
}
