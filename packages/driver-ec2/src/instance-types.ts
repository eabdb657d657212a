import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { everyPage } from "./every-page.js";

/** A processor's architecture, as AWS writes it, as far as Docker runs on it. */
export type Architecture = "x86_64" | "arm64";

/** What a launch needs to know of an instance type. */
export interface InstanceType {
  /** `t3.micro` */
  readonly name: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly hibernates: boolean;
}

/**
 * Looks instance types up, and returns them in the order of their names.
 *
 * @throws {DriverError} `EC2_INSTANCE_TYPE_UNKNOWN`; `EC2_INSTANCE_TYPE_UNFIT` for one that runs neither x86-64 nor ARM code; an {@link AwsError}
 */
export async function findInstanceTypes(names: readonly string[], aws: Aws): Promise<InstanceType[]> {
  const unique = [...new Set(names)];
  const known = new Map((await describeTypes(unique, aws)).map((type) => [type.InstanceType as string, type]));
  return unique.map((name) => {
    const type = known.get(name);
    if (type === undefined) throw unknownType([name], aws);
    return instanceType(name, type);
  });
}

async function describeTypes(names: readonly string[], aws: Aws): Promise<InstanceTypeInfo[]> {
  try {
    const InstanceTypes = names as InstanceTypeInfo["InstanceType"][] as NonNullable<InstanceTypeInfo["InstanceType"]>[];
    return await everyPage(aws, "DescribeInstanceTypes", { InstanceTypes }, (page) => page.InstanceTypes);
  } catch (error) {
    if (isAwsCode(error, "InvalidInstanceType", "InvalidParameterValue")) throw unknownType(names, aws, error);
    throw error;
  }
}

function instanceType(name: string, { HibernationSupported, MemoryInfo, ProcessorInfo, VCpuInfo }: InstanceTypeInfo): InstanceType {
  const supported: readonly string[] = ProcessorInfo?.SupportedArchitectures ?? [];
  const architecture = (["x86_64", "arm64"] as const).find((each) => supported.includes(each));
  if (architecture === undefined) {
    throw new DriverError("EC2_INSTANCE_TYPE_UNFIT", `Docker can't run on ${name}, whose architecture is ${supported.join(", ")}.`, {
      suggestions: ["--amazonec2-instance-type t3.micro"],
    });
  }
  return {
    name,
    architecture,
    vcpus: VCpuInfo?.DefaultVCpus ?? 0,
    memoryMib: Number(MemoryInfo?.SizeInMiB ?? 0),
    hibernates: HibernationSupported === true,
  };
}

function unknownType(names: readonly string[], { region }: Aws, cause?: unknown): DriverError {
  const what = names.length === 1 ? `There is no instance type ${names[0]}` : `One of the instance types ${names.join(", ")} doesn't exist`;
  return new DriverError("EC2_INSTANCE_TYPE_UNKNOWN", `${what} in ${region}.`, {
    cause,
    suggestions: [
      `aws ec2 describe-instance-type-offerings --region ${region} --query "InstanceTypeOfferings[].InstanceType"`,
      "--amazonec2-instance-type t3.micro",
    ],
  });
}
