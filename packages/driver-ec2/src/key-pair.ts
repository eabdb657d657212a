import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import type { Ec2Machine } from "./machine.js";
import { resourceTags } from "./tags.js";

/**
 * Imports the public half of the machine's SSH key under a name that no other machine has, or finds that this was done.
 * With `--amazonec2-keypair-name`, the user's own pair is used as it is.
 *
 * @throws {DriverError} an {@link AwsError}
 */
export async function ensureKeyPair(machine: Ec2Machine, host: Host, aws: Aws): Promise<{ keyName: string }> {
  void aws;
  await resourceTags(machine, host);
  throw new Error("being written");
}
