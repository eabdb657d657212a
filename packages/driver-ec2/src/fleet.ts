import { randomUUID } from "node:crypto";
import type { CreateFleetError, CreateFleetInstance, Instance } from "@aws-sdk/client-ec2";
import type { Host } from "@docker-machine/driver-sdk";
import type { Aws, Ec2Input } from "./aws/aws.js";
import { AwsError, isAwsCode } from "./aws/aws-error.js";
import { type Refusal, refusalScope } from "./capacity.js";
import { findLaunched } from "./find-launched.js";
import { launchData, launchTags, networkInterface } from "./launch-input.js";
import type { LaunchPlan } from "./launch-plan.js";
import type { Launching } from "./launching.js";
import type { Ec2Machine } from "./machine.js";
import { waitInTime } from "./wait-in-time.js";
import { whenKnown } from "./when-known.js";

/** How long AWS may take to tell what came of a fleet that it knows. */
const DESCRIBED_WITHIN_MS = 30_000;
/** What AWS answers while it doesn't know the launch template that was made just before. */
const UNKNOWN_TEMPLATE = ["InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.NotFound"] as const;

/**
 * Whether the machine is launched by an EC2 Fleet: where AWS may choose among several instance types, it takes the spot instance that it will want back
 * last. A fleet that launches at once can't have what hibernates.
 */
export function isFleetLaunch({ options }: Pick<Ec2Machine, "options">, { markets, types }: LaunchPlan): boolean {
  return markets[0] === "spot" && types.length > 1 && !options.hibernate;
}

/**
 * Launches a spot instance with a fleet of type `instant`, which answers when the instance is there and does nothing later. Its launch template is removed
 * again at once. What is refused is added to `refusals`.
 *
 * @returns whether there is an instance
 * @throws {DriverError} an {@link AwsError}, unless it is about capacity, price or quota
 */
export async function launchFleet(launching: Launching, plan: LaunchPlan, refusals: Refusal[]): Promise<boolean> {
  const { aws, host, machine } = launching;
  // What a launch without a fleet has begun is not to be begun a second time.
  if (machine.state.LaunchToken !== undefined && machine.state.LaunchedBy !== "fleet") return false;
  host.progress(`Launching one of ${plan.types.map(({ type }) => type.name).join(", ")} as a spot instance`);
  const token = machine.state.LaunchToken ?? randomUUID();
  await machine.persist({ LaunchToken: token, LaunchedBy: "fleet", SSHUser: plan.types[0]?.image.sshUser });
  const template = templateName(machine);
  try {
    await makeTemplate(launching, plan, template);
    return await makeFleet(launching, plan, { template, token }, refusals);
  } finally {
    if (!host.signal.aborted) await removeTemplate(template, aws, host);
  }
}

interface FleetNames {
  readonly template: string;
  readonly token: string;
}

async function makeFleet(launching: Launching, plan: LaunchPlan, names: FleetNames, refusals: Refusal[]): Promise<boolean> {
  const { aws, host, machine } = launching;
  try {
    const made = await whenKnown(host, UNKNOWN_TEMPLATE, () => aws.ec2("CreateFleet", fleetInput(launching, plan, names)));
    await machine.persist({ FleetId: made.FleetId });
    const { Instances = [], Errors = [] } = isAnswer(made) ? made : await describeFleet(made, launching);
    const [launched] = Instances;
    if (launched !== undefined) {
      await saveFleet(machine, launched);
      return true;
    }
    await machine.persist({ LaunchToken: undefined });
    refusals.push(...refusalsOf(Errors, plan));
    const grave = refusals.find(({ error }) => refusalScope(error) === undefined);
    if (grave !== undefined) throw grave.error;
    return false;
  } catch (error) {
    if (!isAwsCode(error, "IdempotentParameterMismatch")) throw error;
    return adopt(await findLaunched(machine, aws, host), launching, error);
  }
}

/** What a fleet came to. */
interface FleetResult {
  readonly Instances?: readonly FleetInstance[] | undefined;
  readonly Errors?: readonly CreateFleetError[] | undefined;
}

type FleetInstance = Pick<CreateFleetInstance, "InstanceIds" | "InstanceType" | "LaunchTemplateAndOverrides">;

function isAnswer({ Errors = [], Instances = [] }: FleetResult): boolean {
  return Errors.length + Instances.length > 0;
}

/** What came of a fleet that was made before: asked for it again, AWS tells no more than its id. */
async function describeFleet({ FleetId = "" }: { readonly FleetId?: string | undefined }, { aws, host }: Launching): Promise<FleetResult> {
  const probe = async () => {
    const { Fleets = [] } = await whenKnown(host, ["InvalidFleetId.NotFound"], () => aws.ec2("DescribeFleets", { FleetIds: [FleetId] }));
    return Fleets.find(isAnswer);
  };
  const fleet = await waitInTime(host, probe, { description: `the fleet ${FleetId}`, timeoutMs: DESCRIBED_WITHIN_MS, intervalMs: 1000 });
  return fleet ?? { Errors: [{ ErrorCode: "UnfulfillableCapacity", ErrorMessage: "The fleet has launched nothing." }] };
}

/** The token has launched something, with what the options or the user data's file were then; or nothing, and the next repetition takes another token. */
async function adopt(instance: Instance | undefined, { machine }: Launching, mismatch: unknown): Promise<boolean> {
  if (instance === undefined) {
    await machine.persist({ LaunchToken: undefined });
    throw mismatch;
  }
  const { InstanceId, InstanceType } = instance;
  await machine.persist({ InstanceId, InstanceType, LaunchedAt: new Date().toISOString() });
  return true;
}

async function saveFleet(
  machine: Ec2Machine,
  { LaunchTemplateAndOverrides, InstanceIds = [], InstanceType }: FleetInstance,
): Promise<void> {
  const { SubnetId, ImageId } = LaunchTemplateAndOverrides?.Overrides ?? {};
  await machine.persist({
    InstanceId: InstanceIds[0],
    LaunchedAt: new Date().toISOString(),
    InstanceType,
    SubnetId,
    AMI: ImageId,
  });
}

function fleetInput(
  { parts, machine }: Launching,
  { subnets, types }: LaunchPlan,
  { template, token }: FleetNames,
): Ec2Input<"CreateFleet"> {
  const { spotPrice } = machine.options;
  const price = spotPrice === undefined || spotPrice === "" ? {} : { MaxPrice: spotPrice };
  return {
    ClientToken: token,
    Type: "instant",
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: { LaunchTemplateName: template, Version: "$Latest" },
        Overrides: types.flatMap(({ image, type }, index) =>
          subnets.map(({ id }) => ({ InstanceType: type.name as "t3.micro", ImageId: image.id, SubnetId: id, Priority: index, ...price })),
        ),
      },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
    // The order of the types counts, but less than capacity.
    SpotOptions: { AllocationStrategy: "capacity-optimized-prioritized", InstanceInterruptionBehavior: "terminate" },
    TagSpecifications: [{ ResourceType: "fleet", Tags: [...parts.access.tags] }],
  };
}

/** The machine's UUID: at most one is there at a time. */
function templateName({ state }: Ec2Machine): string {
  return `docker-machine-${state.MachineId}`;
}

/** One that is there already is left from a creation that ended early, perhaps with other options. */
async function makeTemplate(launching: Launching, plan: LaunchPlan, name: string): Promise<void> {
  const { aws, host, parts } = launching;
  const [first] = plan.types;
  if (first === undefined) return;
  const { InstanceType: _type, ImageId: _image, ...data } = launchData(parts, first);
  const input = {
    LaunchTemplateName: name,
    LaunchTemplateData: {
      ...data,
      NetworkInterfaces: [networkInterface(parts)],
      TagSpecifications: launchTags(parts.access, ["spot-instances-request"]),
    },
    TagSpecifications: [{ ResourceType: "launch-template" as const, Tags: [...parts.access.tags] }],
  };
  try {
    await aws.ec2("CreateLaunchTemplate", input);
  } catch (error) {
    if (!isAwsCode(error, "InvalidLaunchTemplateName.AlreadyExistsException")) throw error;
    await removeTemplate(name, aws, host);
    await aws.ec2("CreateLaunchTemplate", input);
  }
}

async function removeTemplate(name: string, aws: Aws, host: Host): Promise<void> {
  try {
    await aws.ec2("DeleteLaunchTemplate", { LaunchTemplateName: name });
  } catch (error) {
    if (!isAwsCode(error, ...UNKNOWN_TEMPLATE))
      host.log.debug(`The launch template ${name} stays until the machine is removed: ${String(error)}`);
  }
}

/** A fleet tells of all pools that it has tried. */
function refusalsOf(errors: readonly CreateFleetError[], { subnets }: LaunchPlan): Refusal[] {
  return errors.map(({ ErrorCode = "UnfulfillableCapacity", ErrorMessage = "", LaunchTemplateAndOverrides }) => {
    const { InstanceType: typeName = "an instance", SubnetId } = LaunchTemplateAndOverrides?.Overrides ?? {};
    const zone = subnets.find(({ id }) => id === SubnetId)?.zone ?? "some zone";
    const error = new AwsError("EC2_CAPACITY_MISSING", `The fleet launched no ${typeName} in ${zone}: ${ErrorCode}: ${ErrorMessage}`, {
      awsCode: ErrorCode,
      action: "CreateFleet",
    });
    return { attempt: { market: "spot", typeName, zone }, error };
  });
}
