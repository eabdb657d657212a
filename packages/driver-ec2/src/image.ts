import type { Image } from "@aws-sdk/client-ec2";
import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { CATALOGUE, sshUserOf } from "./image-catalogue.js";
import type { Architecture, InstanceType } from "./instance-types.js";
import type { Ec2Options } from "./options.js";

/** An Amazon machine image that was looked at, and can be launched. */
export interface MachineImage {
  /** `ami-0123456789abcdef0` */
  readonly id: string;
  readonly name: string;
  readonly architecture: Architecture;
  /** `/dev/sda1` */
  readonly rootDevice: string;
  /** Of the root volume; a smaller one can't be made of it. */
  readonly sizeGb: number;
  readonly sshUser: string;
}

/**
 * Finds the image for an instance type: that of `--amazonec2-ami`, else the newest of `--amazonec2-image` for the type's architecture.
 *
 * @throws {DriverError} `EC2_IMAGE_MISSING`; `EC2_IMAGE_UNFIT`; an {@link AwsError}
 */
export async function findImage(options: Ec2Options, type: InstanceType, aws: Aws): Promise<MachineImage> {
  const id = options.ami === undefined || options.ami === "" ? await newestImage(options.image, type.architecture, aws) : options.ami;
  return inspectImage(id, options, type, aws);
}

/**
 * Checks that an image exists, and can be launched as `type`.
 *
 * @throws {DriverError} as {@link findImage} does
 */
export async function inspectImage(id: string, options: Ec2Options, type: InstanceType, aws: Aws): Promise<MachineImage> {
  const image = await describeImage(id, aws);
  const problem = problemOf(image, type);
  if (problem !== undefined) {
    throw new DriverError(
      "EC2_IMAGE_UNFIT",
      `The image ${id} (${image.Name ?? "without a name"}) can't be launched as ${type.name}: ${problem}.`,
      {
        suggestions: [
          "The newest Ubuntu for the instance type: leave out --amazonec2-ami",
          `aws ec2 describe-images --region ${aws.region} --image-ids ${id}`,
        ],
      },
    );
  }
  const { RootDeviceName = "", BlockDeviceMappings = [], Name = id } = image;
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
  return {
    id,
    name: Name,
    architecture: type.architecture,
    rootDevice: RootDeviceName,
    sizeGb: root?.Ebs?.VolumeSize ?? 0,
    sshUser: sshUserOf(options, image),
  };
}

async function newestImage(name: string, architecture: Architecture, aws: Aws): Promise<string> {
  const Name = CATALOGUE[name]?.parameter(architecture);
  try {
    const { Parameter } = await aws.ssm("GetParameter", { Name });
    if (Parameter?.Value !== undefined) return Parameter.Value;
  } catch (error) {
    if (!isAwsCode(error, "ParameterNotFound")) throw error;
  }
  throw new DriverError(
    "EC2_IMAGE_MISSING",
    `${aws.region} has no image ${name} for ${architecture}: AWS doesn't know the parameter ${Name}.`,
    {
      suggestions: ["--amazonec2-image amazon-linux-2023", "An image of your own: --amazonec2-ami ami-…"],
    },
  );
}

async function describeImage(id: string, aws: Aws): Promise<Image> {
  try {
    const { Images = [] } = await aws.ec2("DescribeImages", { ImageIds: [id] });
    const [image] = Images;
    if (image !== undefined) return image;
  } catch (error) {
    if (!isAwsCode(error, "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable")) throw error;
  }
  throw new DriverError("EC2_IMAGE_MISSING", `There is no image ${id} in ${aws.region}. Each region has its own, with other ids.`, {
    suggestions: ["The newest Ubuntu of the region: leave out --amazonec2-ami", "Another region: --amazonec2-region REGION"],
  });
}

function problemOf({ Architecture: built, Platform, RootDeviceType, State }: Image, { architecture }: InstanceType): string | undefined {
  if (State !== "available") return `it is ${State}, not available`;
  if (built !== architecture) return `it is made for ${built}, and the instance type has ${architecture}`;
  if (Platform === "Windows") return "docker-machine can't prepare Windows";
  // An instance store loses everything when the instance stops, and has no volume to set the size of.
  if (RootDeviceType !== "ebs") return "its root device is no EBS volume";
  return undefined;
}
