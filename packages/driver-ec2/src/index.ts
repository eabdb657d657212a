import { type DriverDefinition, defineDriver } from "@docker-machine/driver-sdk";
import { checkEc2Options } from "./check-options.js";
import { Ec2Driver, HibernatingEc2Driver } from "./driver.js";
import { ec2Options } from "./options.js";
import type { Ec2State } from "./state.js";

/** The driver `amazonec2`: instances of Amazon EC2. */
const amazonec2: DriverDefinition<typeof ec2Options, Ec2State> = defineDriver({
  name: "amazonec2",
  summary: "Instances of Amazon EC2",
  options: ec2Options,
  checkOptions: checkEc2Options,
  findOrphans: async (search, host) => {
    const { findOrphans } = await import("./orphans.js");
    return findOrphans(search, host);
  },
  createDriver: (machine, host) => (machine.options.hibernate ? new HibernatingEc2Driver(machine, host) : new Ec2Driver(machine, host)),
});

export default amazonec2;
