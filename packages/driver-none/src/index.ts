import { type DriverDefinition, defineDriver } from "@docker-machine/driver-sdk";
import { NoneDriver, type NoneState } from "./driver.js";
import { checkNoneOptions, noneOptions } from "./options.js";

/** The driver `none`: a Docker host that already runs, known by its URL. */
const none: DriverDefinition<typeof noneOptions, NoneState> = defineDriver({
  name: "none",
  summary: "Docker hosts that already run, known by their URL",
  options: noneOptions,
  checkOptions: checkNoneOptions,
  createDriver: (machine, host) => new NoneDriver(machine, host),
});

export default none;
