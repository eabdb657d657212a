import type { Host } from "@docker-machine/driver-sdk";
import { DriverError } from "@docker-machine/driver-sdk";
import type { Aws, AwsOwner } from "./aws.js";

export async function openClients(_owner: AwsOwner, _host: Host): Promise<Aws> {
  throw new DriverError("EC2_UNFINISHED", "Being written.");
}
