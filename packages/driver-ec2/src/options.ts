import type { OptionSpecs, OptionValues } from "@docker-machine/driver-sdk";
import { credentialOptions } from "./options/credential-options.js";
import { hostOptions } from "./options/host-options.js";
import { networkOptions } from "./options/network-options.js";

/**
 * The options of the driver `amazonec2`: all flags of the Go program, of GitLab's fork and of Rancher's, and ours.
 * A property is its flag without `amazonec2-`, in camel case. Environment variables are theirs, too.
 */
export const ec2Options = { ...credentialOptions, ...hostOptions, ...networkOptions } as const satisfies OptionSpecs;

/** The checked values of {@link ec2Options}. */
export type Ec2Options = OptionValues<typeof ec2Options>;
