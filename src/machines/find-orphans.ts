import { type OptionSources, type Orphan, resolveOptions } from "@docker-machine/driver-sdk";
import type { LoadedDriver } from "../drivers/loaded-driver.js";
import { MachineError } from "../errors.js";
import type { MachineContext } from "./machine-context.js";
import { driverHost } from "./machine-host.js";
import { openLoaded } from "./open-machine.js";

/** What {@link findOrphans} looks for. */
export interface OrphanWishes {
  /** The driver's options as typed, by flag name, and the environment they may come from. */
  readonly optionSources: OptionSources;
  /** Whether what machines of other stores left is meant, too. */
  readonly anyStore: boolean;
}

/**
 * What a driver made outside and none of the store's machines knows of.
 *
 * @throws {MachineError} `DRIVER_OPERATION_UNSUPPORTED`, `CONFIG_DAMAGED` if a machine can't be read, `OPTION_INVALID`, and whatever the driver throws
 */
export async function findOrphans(
  context: MachineContext,
  { definition, name }: LoadedDriver,
  { optionSources, anyStore }: OrphanWishes,
): Promise<readonly Orphan[]> {
  if (definition.findOrphans === undefined) {
    throw new MachineError("DRIVER_OPERATION_UNSUPPORTED", `The driver "${name}" can't look for what it made and no machine knows of.`);
  }
  const options = resolveOptions(definition.options, optionSources);
  definition.checkOptions?.(options);
  const machines = async () => {
    const configs = await Promise.all((await context.store.names()).map((each) => context.store.load(each)));
    const own = configs.filter(({ DriverName }) => DriverName === name);
    return Promise.all(own.map(async (config) => ({ name: config.Name, state: (await openLoaded(context, config)).machine.state })));
  };
  return definition.findOrphans({ options, machines, anyStore }, driverHost(context, name));
}
