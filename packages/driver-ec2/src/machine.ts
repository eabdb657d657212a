import type { Machine } from "@docker-machine/driver-sdk";
import type { ec2Options } from "./options.js";
import type { Ec2State } from "./state.js";

/** A machine of the driver `amazonec2`. */
export type Ec2Machine = Machine<typeof ec2Options, Ec2State>;
