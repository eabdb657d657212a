import type { BaseDriver } from "./driver.js";
import { DriverError } from "./errors.js";
import type { Host } from "./host.js";
import type { DriverState, Machine } from "./machine.js";
import type { OptionSpec, OptionSpecs, OptionValues } from "./options.js";
import type { Orphan, OrphanSearch } from "./orphan.js";

const brand: unique symbol = Symbol.for("docker-machine.DriverDefinition");

/** What a driver package's default export describes. Everything but the two functions is plain data. */
export interface DriverDescription<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState> {
  /** The driver's name: `^[a-z][a-z0-9-]*$`, at most 64 characters, the same as `dockerMachine.driver` in package.json. */
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  readonly options: O;
  /**
   * Checks what a single option's form can't tell. It runs before anything is made and does no I/O.
   *
   * @throws {DriverError} usually `OPTION_INVALID`
   */
  checkOptions?(options: OptionValues<O>): void;
  /**
   * Whether the program that the driver stands on is on this computer. It chooses the default driver of `create`, so it only looks for files.
   *
   * @param env environment variables, such as PATH
   */
  isAvailable?(env: Readonly<Record<string, string | undefined>>): Promise<boolean>;
  /** Looks for what the driver made and no machine knows of. What may be another store's is told apart by {@link Host.storeId}. */
  findOrphans?(search: OrphanSearch<O, S>, host: Host): Promise<readonly Orphan[]>;
  /** Makes the driver for one machine. It does no work of its own. */
  createDriver(machine: Machine<O, S>, host: Host): BaseDriver<O, S>;
}

/** A checked and branded {@link DriverDescription}: the default export of a driver package. */
export interface DriverDefinition<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState>
  extends DriverDescription<O, S> {
  readonly [brand]: true;
}

/**
 * Checks a driver's description and brands it. The result is a driver package's default export; importing it must do no work.
 *
 * @throws {DriverError} `DRIVER_DEFINITION_INVALID`, naming what is wrong
 */
export function defineDriver<const O extends OptionSpecs, S extends DriverState = DriverState>(
  description: DriverDescription<O, S>,
): DriverDefinition<O, S> {
  const problem = problemWith(description);
  if (problem !== undefined) throw new DriverError("DRIVER_DEFINITION_INVALID", problem);
  return Object.freeze({ ...description, [brand]: true as const });
}

/** Whether `value` was made by {@link defineDriver} of this or another copy of the SDK. */
export function isDriverDefinition(value: unknown): value is DriverDefinition {
  return typeof value === "object" && value !== null && brand in value && problemWith(value as unknown as DriverDescription) === undefined;
}

/** Whether `name` may name a driver: lower case letters, digits and dashes, starting with a letter, at most 64. */
export function isDriverName(name: unknown): name is string {
  return typeof name === "string" && /^[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name);
}

function problemWith(description: DriverDescription): string | undefined {
  if (!isDriverName(description.name)) {
    return `The driver's name is ${JSON.stringify(description.name)}, but it must be lower case letters, digits and dashes, starting with a letter.`;
  }
  if (typeof description.summary !== "string" || description.summary === "") return `The driver "${description.name}" has no summary.`;
  if (typeof description.createDriver !== "function") return `The driver "${description.name}" has no createDriver function.`;
  if (typeof description.options !== "object" || description.options === null)
    return `The driver "${description.name}" has no options object.`;
  return problemWithOptions(description);
}

function problemWithOptions({ name, options }: DriverDescription): string | undefined {
  const flags = new Set<string>();
  for (const [property, spec] of Object.entries(options)) {
    const problem = problemWithOption(spec) ?? (flags.has(spec.flag) ? `its flag --${spec.flag} is used twice` : undefined);
    if (problem !== undefined) return `The option "${property}" of the driver "${name}" is not valid: ${problem}.`;
    flags.add(spec.flag);
  }
  return undefined;
}

function problemWithOption(spec: OptionSpec): string | undefined {
  if (!["string", "string-list", "integer", "boolean"].includes(spec.type)) return `its type is ${JSON.stringify(spec.type)}`;
  if (!/^[a-z][a-z0-9-]*$/.test(spec.flag)) return `its flag is ${JSON.stringify(spec.flag)}`;
  if (typeof spec.usage !== "string" || spec.usage === "") return "it has no usage text";
  return undefined;
}
