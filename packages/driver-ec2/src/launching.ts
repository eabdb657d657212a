import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import type { LaunchParts } from "./launch-input.js";
import type { Ec2Machine } from "./machine.js";

/** What a launch goes on with. */
export interface Launching {
  readonly machine: Ec2Machine;
  readonly host: Host;
  readonly aws: Aws;
  readonly parts: LaunchParts;
}
