import { type DriverDefinition, defineDriver } from "@docker-machine/driver-sdk";
import { GenericDriver, type GenericState } from "./driver.js";
import { checkGenericOptions, genericOptions } from "./options.js";

/** The driver `generic`: an existing host, reached over SSH. */
const generic: DriverDefinition<typeof genericOptions, GenericState> = defineDriver({
  name: "generic",
  summary: "Existing hosts reached over SSH",
  options: genericOptions,
  checkOptions: checkGenericOptions,
  createDriver: (machine, host) => new GenericDriver(machine, host),
});

export default generic;
