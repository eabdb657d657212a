import type { FleetData } from "@aws-sdk/client-ec2";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { everyPage } from "./every-page.js";
import type { TaggedResource } from "./tagged-resources.js";
import { TAG_KEYS } from "./tags.js";

/** AWS takes at most 200 values in the filters of a request. */
const IDS_A_REQUEST = 100;

/** When each thing was made that is still there, by id. */
type MadeAt = readonly (readonly [id: string | undefined, madeAt: Date | undefined])[];

/** Asks which of some things of one kind are still there. */
type Lookup = (aws: Aws, ids: string[]) => Promise<MadeAt>;

const LOOKUPS: Readonly<Record<string, Lookup>> = {
  instance: async (aws, ids) => {
    const Filters = [...byId("instance-id", ids), { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
    const reservations = await everyPage(aws, "DescribeInstances", { Filters }, (page) => page.Reservations);
    return reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId, LaunchTime }) => [InstanceId, LaunchTime] as const));
  },
  // A volume that goes with its instance is that instance's matter.
  volume: async (aws, ids) => {
    const volumes = await everyPage(aws, "DescribeVolumes", { Filters: byId("volume-id", ids) }, (page) => page.Volumes);
    const staying = volumes.filter(
      ({ State = "", Attachments = [] }) =>
        !/^delet/.test(State) && Attachments.every(({ DeleteOnTermination }) => DeleteOnTermination !== true),
    );
    return staying.map(({ VolumeId, CreateTime }) => [VolumeId, CreateTime] as const);
  },
  "spot-instances-request": async (aws, ids) => {
    const Filters = [...byId("spot-instance-request-id", ids), { Name: "state", Values: ["open", "active", "disabled"] }];
    const requests = await everyPage(aws, "DescribeSpotInstanceRequests", { Filters }, (page) => page.SpotInstanceRequests);
    return requests.map(({ SpotInstanceRequestId, CreateTime }) => [SpotInstanceRequestId, CreateTime] as const);
  },
  // Fleets of type instant are described by their ids only.
  fleet: async (aws, ids) => {
    const fleets = await Promise.all(ids.map((id) => fleetsAt(aws, id)));
    const living = fleets.flat().filter(({ FleetState = "" }) => !/^(deleted|failed)/.test(FleetState));
    return living.map(({ FleetId, CreateTime }) => [FleetId, CreateTime] as const);
  },
  "launch-template": async (aws, ids) => {
    const Filters = [{ Name: "tag-key", Values: [TAG_KEYS.storeId] }];
    const templates = await everyPage(aws, "DescribeLaunchTemplates", { Filters }, (page) => page.LaunchTemplates);
    return templates
      .filter(({ LaunchTemplateId = "" }) => ids.includes(LaunchTemplateId))
      .map(({ LaunchTemplateId, CreateTime }) => [LaunchTemplateId, CreateTime] as const);
  },
  "key-pair": async (aws, ids) => {
    const { KeyPairs = [] } = await aws.ec2("DescribeKeyPairs", { Filters: byId("key-pair-id", ids) });
    return KeyPairs.map(({ KeyPairId, CreateTime }) => [KeyPairId, CreateTime] as const);
  },
  "security-group": async (aws, ids) => {
    const groups = await everyPage(aws, "DescribeSecurityGroups", { Filters: byId("group-id", ids) }, (page) => page.SecurityGroups);
    return groups.map(({ GroupId }) => [GroupId, undefined] as const);
  },
};

/**
 * Those of the resources that are still there, since AWS keeps tags for some time after, each with when it was made, if AWS tells.
 * What goes with something else of them, such as an attached volume, isn't among them.
 */
export async function livingResources(aws: Aws, resources: readonly TaggedResource[]): Promise<ReadonlyMap<string, Date | undefined>> {
  const living = new Map<string, Date | undefined>();
  for (const [type, lookUp] of Object.entries(LOOKUPS)) {
    const ids = resources.filter((each) => each.type === type).map(({ id }) => id);
    for (let start = 0; start < ids.length; start += IDS_A_REQUEST) {
      for (const [id, madeAt] of await lookUp(aws, ids.slice(start, start + IDS_A_REQUEST))) {
        if (id !== undefined) living.set(id, madeAt);
      }
    }
  }
  return living;
}

async function fleetsAt(aws: Aws, id: string): Promise<readonly FleetData[]> {
  try {
    const { Fleets = [] } = await aws.ec2("DescribeFleets", { FleetIds: [id] });
    return Fleets;
  } catch (error) {
    if (isAwsCode(error, "InvalidFleetId.NotFound")) return [];
    throw error;
  }
}

function byId(name: string, ids: string[]): { Name: string; Values: string[] }[] {
  return [{ Name: name, Values: ids }];
}
