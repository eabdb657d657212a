import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { findImage, inspectImage, type MachineImage } from "./image.js";
import { findInstanceTypes, type InstanceType } from "./instance-types.js";
import type { Ec2Machine } from "./machine.js";
import { findPlace, type LaunchPlace, type LaunchSubnet } from "./place.js";
import type { Market } from "./quota.js";
import { launchUserData } from "./user-data.js";

/** An instance type with the image for it. */
export interface LaunchType {
  readonly type: InstanceType;
  readonly image: MachineImage;
}

/** What a machine may be launched as, found and checked; nothing of it is made. */
export interface LaunchPlan extends LaunchPlace {
  /** In the order in which they are to be tried; at least one. */
  readonly types: readonly LaunchType[];
  /** In the order in which they are to be tried. */
  readonly markets: readonly Market[];
  /** In base64. */
  readonly userData: string | undefined;
}

/** One way to launch the machine. */
export interface LaunchAttempt extends LaunchType {
  readonly subnet: LaunchSubnet;
  readonly market: Market;
}

/**
 * Finds what the options allow to launch: instance types, their images, the subnets, the user data. A launch that was under way keeps its image, even if
 * there is a newer one now.
 *
 * @throws {DriverError} as {@link findInstanceTypes}, {@link findImage}, {@link findPlace} and {@link launchUserData} do; `EC2_HIBERNATION_UNSUPPORTED`
 */
export async function planLaunch(machine: Pick<Ec2Machine, "options" | "state">, aws: Aws): Promise<LaunchPlan> {
  const { options } = machine;
  const userData = await launchUserData(options);
  const [found, place] = await Promise.all([findInstanceTypes(options.instanceType, aws), findPlace(options, aws)]);
  const lazy = found.find(({ hibernates }) => !hibernates);
  if (options.hibernate && lazy !== undefined) throw sleepless(lazy, aws);
  const types = await typesWithImages(machine, found, aws);
  return { ...place, types, markets: marketsOf(machine.options), userData };
}

/** All ways of a plan, in the order in which they are to be tried. */
export function attemptsOf({ markets, subnets, types }: LaunchPlan): LaunchAttempt[] {
  return markets.flatMap((market) => types.flatMap((type) => subnets.map((subnet) => ({ ...type, subnet, market }))));
}

function marketsOf({ requestSpotInstance, spotFallback }: Ec2Machine["options"]): readonly Market[] {
  if (!requestSpotInstance) return ["on-demand"];
  return spotFallback ? ["spot", "on-demand"] : ["spot"];
}

async function typesWithImages(
  { options, state }: Pick<Ec2Machine, "options" | "state">,
  found: readonly InstanceType[],
  aws: Aws,
): Promise<LaunchType[]> {
  const images = new Map<string, MachineImage>();
  const types: LaunchType[] = [];
  for (const type of found) {
    const isUnderWay = state.LaunchToken !== undefined && state.InstanceType === type.name;
    const saved = isUnderWay && state.AMI !== undefined ? await inspectImage(state.AMI, options, type, aws) : undefined;
    const image = saved ?? images.get(type.architecture) ?? (await findImage(options, type, aws));
    images.set(type.architecture, image);
    types.push({ type, image });
  }
  return types;
}

function sleepless({ name }: InstanceType, { region }: Aws): DriverError {
  return new DriverError("EC2_HIBERNATION_UNSUPPORTED", `A ${name} can't hibernate.`, {
    suggestions: [
      "Leave out --amazonec2-hibernate",
      `aws ec2 describe-instance-types --region ${region} --filters Name=hibernation-supported,Values=true --query "InstanceTypes[].InstanceType"`,
    ],
  });
}
