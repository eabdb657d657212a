import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { waitInTime } from "./wait-in-time.js";

/** Most instances take a minute; those with much memory or a shutdown that hangs, several. */
const TERMINATED_WITHIN_MS = 15 * 60_000;
/** How often in a row a terminated instance may be missing before it counts as forgotten. AWS tells of it for about an hour. */
const MISSING_LOOKS = 6;

/**
 * Terminates an instance and waits until it is terminated, since its network interface keeps the security groups until then.
 * One that takes longer than the deadline goes by itself; that is logged.
 *
 * @returns whether AWS knew it
 * @throws {DriverError} an {@link AwsError}; `EC2_TERMINATION_PROTECTED`
 */
export async function terminateInstance(id: string, aws: Aws, host: Host): Promise<boolean> {
  try {
    await aws.ec2("TerminateInstances", { InstanceIds: [id] });
  } catch (error) {
    if (isAwsCode(error, "InvalidInstanceID.NotFound")) return false;
    if (isAwsCode(error, "OperationNotPermitted")) throw protectedInstance(id, aws, error);
    throw error;
  }
  host.progress(`Terminating ${id}`);
  await waitUntilTerminated(id, aws, host);
  return true;
}

async function waitUntilTerminated(id: string, aws: Aws, host: Host): Promise<void> {
  let missing = 0;
  const isTerminated = async () => {
    // By a filter: an id that AWS doesn't know is no error then.
    const { Reservations = [] } = await aws.ec2("DescribeInstances", { Filters: [{ Name: "instance-id", Values: [id] }] });
    const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances);
    missing = instance === undefined ? missing + 1 : 0;
    return instance?.State?.Name === "terminated" || missing >= MISSING_LOOKS;
  };
  const isDone = await waitInTime(host, isTerminated, {
    description: `the termination of ${id}`,
    timeoutMs: TERMINATED_WITHIN_MS,
    intervalMs: 1000,
  });
  if (isDone === undefined) host.log.warn(`${id} in ${aws.region} is still shutting down; AWS ends that by itself.`);
}

function protectedInstance(id: string, { region }: Aws, cause: unknown): DriverError {
  return new DriverError("EC2_TERMINATION_PROTECTED", `The instance ${id} in ${region} is protected from termination.`, {
    cause,
    suggestions: [`aws ec2 modify-instance-attribute --region ${region} --instance-id ${id} --no-disable-api-termination`],
  });
}
