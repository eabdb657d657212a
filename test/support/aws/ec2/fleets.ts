import type {
  _InstanceType,
  CreateFleetCommandInput,
  CreateFleetCommandOutput,
  CreateFleetError,
  CreateFleetInstance,
  DeleteFleetError,
  DeleteFleetErrorItem,
  DeleteFleetSuccessItem,
  DeleteFleetsCommandInput,
  DeleteFleetsCommandOutput,
  DescribeFleetsCommandInput,
  DescribeFleetsCommandOutput,
  FleetData,
  FleetLaunchTemplateOverridesRequest,
  FleetLaunchTemplateSpecificationRequest,
  LaunchTemplateAndOverridesResponse,
  RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { checkBetween, checkOneOf, invalidCombination, required, requiredList, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { instanceType } from "./instance-types.ts";
import { isWellFormed, newId } from "./kinds.ts";
import { checkCapacity, checkLimits, launchOne } from "./launch.ts";
import { launchPlan } from "./launch-plan.ts";
import { mergedTemplate, templateData } from "./launch-templates.ts";
import { BY_USER, beginTermination } from "./life-cycle.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { Fleet } from "./resources.ts";
import { checkedTags, tagsFor, tagsOf } from "./tags.ts";

type Market = "on-demand" | "spot";

/** One way to launch: a template, and what overrides it. */
interface Pool {
  readonly template: FleetLaunchTemplateSpecificationRequest;
  readonly override: FleetLaunchTemplateOverridesRequest;
}

/** Fleets of type `instant`: they launch what they can at once, and tell what they couldn't. */
function createFleet(region: Region, input: CreateFleetCommandInput): Partial<CreateFleetCommandOutput> {
  const earlier = region.fleets.at(region.tokens.earlier("CreateFleet", input));
  if (earlier !== undefined) return earlier.answer;
  const market = checkedFleet(input);
  const target = required(input.TargetCapacitySpecification?.TotalTargetCapacity, "TotalTargetCapacity");
  const tags = checkedTags(input.TagSpecifications, ["fleet", "instance"]);
  const pools = poolsOf(region, input, market);
  stopAtDryRun(input);
  const id = newId("fleet");
  const launched: CreateFleetInstance[] = [];
  const errors: CreateFleetError[] = [];
  for (const pool of pools) {
    const missing = target - launched.flatMap(({ InstanceIds }) => InstanceIds ?? []).length;
    if (missing <= 0) break;
    const result = launchPool(region, { input, pool, market, missing });
    if ("error" in result) errors.push(result.error);
    else launched.push(result.launched);
  }
  const answer = { FleetId: id, Instances: launched, Errors: errors };
  region.tokens.remember("CreateFleet", input, id);
  region.fleets.add({
    id,
    answer,
    tags: tagsFor(tags, "fleet"),
    hidden: region.account.hiddenAtFirst("fleet"),
    created: new Date(region.account.now()),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
    totalTargetCapacity: target,
    defaultTargetCapacityType: market,
    instanceIds: launched.flatMap(({ InstanceIds }) => InstanceIds ?? []),
    errors: errors.map(({ ErrorCode = "", ErrorMessage = "" }) => ({ ErrorCode, ErrorMessage, Lifecycle: market })),
    state: "active",
  });
  return answer;
}

function checkedFleet(input: CreateFleetCommandInput): Market {
  checkOneOf(input.Type, ["instant", "maintain", "request"], "Type");
  if (input.Type !== "instant") throw new AwsFault("UnsupportedOperation", "the stand-in has fleets of type instant only");
  const capacity = required(input.TargetCapacitySpecification, "TargetCapacitySpecification");
  checkBetween(capacity.TotalTargetCapacity, 1, 10_000, "TotalTargetCapacity");
  checkOneOf(capacity.DefaultTargetCapacityType, ["on-demand", "spot"], "DefaultTargetCapacityType");
  if (capacity.OnDemandTargetCapacity !== undefined || capacity.SpotTargetCapacity !== undefined) {
    throw new AwsFault("UnsupportedOperation", "the stand-in's fleets have one market");
  }
  checkOneOf(
    input.SpotOptions?.AllocationStrategy,
    ["capacity-optimized", "capacity-optimized-prioritized", "diversified", "lowest-price", "price-capacity-optimized"],
    "AllocationStrategy",
  );
  checkOneOf(input.OnDemandOptions?.AllocationStrategy, ["lowest-price", "prioritized"], "AllocationStrategy");
  const interruption = input.SpotOptions?.InstanceInterruptionBehavior;
  checkOneOf(interruption, ["hibernate", "stop", "terminate"], "InstanceInterruptionBehavior");
  if (interruption === "stop" || interruption === "hibernate") {
    throw invalidCombination(`The interruption behavior '${interruption}' is supported by fleets of type maintain only.`);
  }
  return capacity.DefaultTargetCapacityType === "spot" ? "spot" : "on-demand";
}

/** The ways to launch, in the order in which the fleet tries them. */
function poolsOf(region: Region, input: CreateFleetCommandInput, market: Market): Pool[] {
  const pools = requiredList(input.LaunchTemplateConfigs, "LaunchTemplateConfigs").flatMap((config): Pool[] => {
    const template = required(config.LaunchTemplateSpecification, "LaunchTemplateSpecification");
    required(template.Version, "Version");
    if (templateData(region, template).InstanceMarketOptions !== undefined) {
      throw invalidCombination("The launch template of a fleet can't have instance market options.");
    }
    const overrides = config.Overrides?.length ? config.Overrides : [{}];
    return overrides.map((override) => ({ template, override }));
  });
  const strategy =
    market === "spot"
      ? (input.SpotOptions?.AllocationStrategy ?? "lowest-price")
      : (input.OnDemandOptions?.AllocationStrategy ?? "lowest-price");
  if (strategy.endsWith("prioritized"))
    return pools.toSorted((one, other) => (one.override.Priority ?? Number.MAX_VALUE) - (other.override.Priority ?? Number.MAX_VALUE));
  const price = ({ override, template }: Pool) => Number(priceOf(override.InstanceType ?? templateData(region, template).InstanceType));
  return strategy === "lowest-price" ? pools.toSorted((one, other) => price(one) - price(other)) : pools;
}

function priceOf(name: string | undefined): string {
  return name === undefined ? "0" : instanceType(name).spotPrice;
}

interface PoolLaunch {
  readonly input: CreateFleetCommandInput;
  readonly pool: Pool;
  readonly market: Market;
  readonly missing: number;
}

function launchPool(region: Region, launch: PoolLaunch): { error: CreateFleetError } | { launched: CreateFleetInstance } {
  const { input, market, missing, pool } = launch;
  const shown = shownPool(pool);
  try {
    const plan = launchPlan(region, requestOf(region, input, pool, market));
    checkLimits(region, plan, missing);
    checkCapacity(region, plan);
    const instances = Array.from({ length: missing }, () => launchOne(region, plan));
    return {
      launched: {
        InstanceIds: instances.map(({ id }) => id),
        InstanceType: plan.type.name as _InstanceType,
        Lifecycle: market,
        LaunchTemplateAndOverrides: shown,
      },
    };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { error: { ErrorCode: error.code, ErrorMessage: error.message, Lifecycle: market, LaunchTemplateAndOverrides: shown } };
  }
}

function requestOf(region: Region, input: CreateFleetCommandInput, { override, template }: Pool, market: Market): RunInstancesRequest {
  const ofInstances = input.TagSpecifications?.filter(({ ResourceType }) => ResourceType === "instance") ?? [];
  const merged = mergedTemplate(region, template, {
    MinCount: 1,
    MaxCount: 1,
    ...(override.InstanceType === undefined ? {} : { InstanceType: override.InstanceType }),
    ...(override.ImageId === undefined ? {} : { ImageId: override.ImageId }),
    ...(ofInstances.length > 0 ? { TagSpecifications: ofInstances } : {}),
    ...(override.AvailabilityZone === undefined ? {} : { Placement: { AvailabilityZone: override.AvailabilityZone } }),
    ...(market === "spot" ? { InstanceMarketOptions: { MarketType: "spot", ...spotOptions(override) } } : {}),
  });
  if (override.SubnetId === undefined) return merged;
  const [first, ...others] = merged.NetworkInterfaces ?? [];
  if (first === undefined) return { ...merged, SubnetId: override.SubnetId };
  return { ...merged, NetworkInterfaces: [{ ...first, SubnetId: override.SubnetId }, ...others] };
}

function spotOptions({
  MaxPrice,
}: FleetLaunchTemplateOverridesRequest): Pick<NonNullable<RunInstancesRequest["InstanceMarketOptions"]>, "SpotOptions"> {
  return MaxPrice === undefined ? {} : { SpotOptions: { MaxPrice } };
}

function shownPool({ override, template }: Pool): LaunchTemplateAndOverridesResponse {
  const { AvailabilityZone, ImageId, InstanceType, MaxPrice, Priority, SubnetId } = override;
  return { LaunchTemplateSpecification: template, Overrides: { AvailabilityZone, ImageId, InstanceType, MaxPrice, Priority, SubnetId } };
}

/** Whatever `TerminateInstances` says, an instant fleet takes its instances with it: "Delete an EC2 Fleet" of the EC2 API reference. */
function deleteFleets(region: Region, input: DeleteFleetsCommandInput): Partial<DeleteFleetsCommandOutput> {
  const ids = requiredList(input.FleetIds, "FleetId");
  required(input.TerminateInstances, "TerminateInstances");
  stopAtDryRun(input);
  const deleted: DeleteFleetSuccessItem[] = [];
  const kept: DeleteFleetErrorItem[] = [];
  for (const id of ids) {
    const fleet = region.fleets.at(id);
    if (fleet?.state === "active") deleted.push(deleteFleet(region, fleet));
    else kept.push({ FleetId: id, Error: deletionProblem(id, fleet) });
  }
  return { SuccessfulFleetDeletions: deleted, UnsuccessfulFleetDeletions: kept };
}

function deleteFleet(region: Region, fleet: Fleet): DeleteFleetSuccessItem {
  fleet.state = "deleted_terminating";
  for (const id of fleet.instanceIds) {
    const instance = region.instances.at(id);
    if (instance !== undefined) beginTermination(region, instance, BY_USER);
  }
  return { FleetId: fleet.id, PreviousFleetState: "active", CurrentFleetState: fleet.state };
}

function deletionProblem(id: string, fleet: Fleet | undefined): DeleteFleetError {
  if (!isWellFormed("fleet", id)) return { Code: "fleetIdMalformed", Message: `The fleet ID '${id}' is malformed` };
  if (fleet === undefined) return { Code: "fleetIdDoesNotExist", Message: `The fleet ID '${id}' does not exist` };
  return { Code: "fleetNotInDeletableState", Message: `The fleet '${id}' is not in a deletable state` };
}

/** Instant fleets are described only when they're named. */
function describeFleets(region: Region, input: DescribeFleetsCommandInput): Partial<DescribeFleetsCommandOutput> {
  const fleets = input.FleetIds?.length ? region.fleets.found(input.FleetIds) : [];
  stopAtDryRun(input);
  const matching = filtered(fleets, input.Filters, { "fleet-state": ({ state }) => state, type: () => "instant" });
  const { items, next } = page(region, matching, input, 1);
  return { Fleets: items.map(shownFleet), ...next };
}

function shownFleet(fleet: Fleet): FleetData {
  return {
    FleetId: fleet.id,
    FleetState: fleet.state,
    CreateTime: fleet.created,
    ...(fleet.clientToken === undefined ? {} : { ClientToken: fleet.clientToken }),
    Type: "instant",
    FulfilledCapacity: fleet.instanceIds.length,
    TargetCapacitySpecification: {
      TotalTargetCapacity: fleet.totalTargetCapacity,
      DefaultTargetCapacityType: fleet.defaultTargetCapacityType,
    },
    Errors: [...fleet.errors],
    Instances: fleet.instanceIds.length > 0 ? [{ InstanceIds: [...fleet.instanceIds], Lifecycle: fleet.defaultTargetCapacityType }] : [],
    Tags: tagsOf(fleet),
  };
}

export const fleetActions = { CreateFleet: createFleet, DeleteFleets: deleteFleets, DescribeFleets: describeFleets } satisfies Actions;
