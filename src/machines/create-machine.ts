import { isDriverError, type OptionSources, resolveOptions } from "@docker-machine/driver-sdk";
import type { LoadedDriver } from "../drivers/loaded-driver.js";
import { MachineError, messageOf } from "../errors.js";
import { newMachineConfig } from "../store/default-config.js";
import type { EngineOptions, SwarmOptions } from "../store/machine-config.js";
import { assertMachineName } from "../store/machine-name.js";
import type { MachineContext } from "./machine-context.js";
import { attachDriver, type OpenMachine, withMachineLock } from "./open-machine.js";
import { hasSsh, provisionMachine } from "./provision-machine.js";
import { hooksAfterCreate, hooksBeforeCreate } from "./run-hooks.js";
import { StoredMachine, splitSecrets } from "./stored-machine.js";

/** What {@link createMachine} makes. */
export interface CreateRequest {
  readonly name: string;
  readonly driver: LoadedDriver;
  /** The driver's options as typed, by flag name, and the environment they may come from. */
  readonly optionSources: OptionSources;
  readonly engine: Partial<EngineOptions>;
  readonly swarm: Partial<SwarmOptions>;
  readonly subjectAltNames: readonly string[];
}

/** The exit code of a failed pre-create check, as the Go program has it. */
const PRE_CREATE_EXIT_CODE = 3;

/**
 * Checks names before any machine is made: that there are some, that each may be one, and that none is there twice.
 *
 * @throws {MachineError} `MACHINE_NAME_MISSING`, `MACHINE_NAME_INVALID`, `ARGUMENTS_INVALID`
 */
export function checkNewNames(names: readonly string[]): void {
  if (names.length === 0) throw new MachineError("MACHINE_NAME_MISSING", "Error: No machine name specified");
  for (const name of names) assertMachineName(name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new MachineError("ARGUMENTS_INVALID", `The machine "${twice}" is named twice.`);
}

/**
 * Checks the options that all machines share.
 *
 * @throws {MachineError} `OPTION_INVALID`, `OPTION_MISSING` and whatever the driver's own check throws
 */
export function checkOptions({ driver, optionSources }: Pick<CreateRequest, "driver" | "optionSources">): void {
  driver.definition.checkOptions?.(resolveOptions(driver.definition.options, optionSources));
}

/**
 * Makes a machine: its host by the driver, Docker on it by us. After a failure, what was made is in config.json, and `rm` removes it.
 *
 * @returns `undefined`; or, if the driver's options ask for no more than that, what it would have made, line by line
 * @throws {MachineError} `MACHINE_NAME_INVALID`, `MACHINE_EXISTS`, `HOOK_FAILED`, `PRECREATE_FAILED` (exit code 3), and whatever driver and provisioning throw
 */
export async function createMachine(context: MachineContext, request: CreateRequest): Promise<readonly string[] | undefined> {
  assertMachineName(request.name);
  await assertNew(context, request.name);
  const config = configFor(context, request);
  await hooksBeforeCreate(context, { name: request.name, driver: request.driver.name });
  const plan = await withMachineLock(context, request.name, async () => {
    await assertNew(context, request.name);
    await (await context.certificates()).ensureAuthority();
    // On disk before anything else happens, so that a machine is there as a whole whenever this process dies.
    await context.store.add(config.config, config.secrets);
    const open = await openChecked(context, request, config);
    const plan = await planOf(context, open);
    if (plan === undefined) await build(context, open);
    return plan;
  });
  if (plan === undefined) await hooksAfterCreate(context, request.name);
  return plan;
}

/** What the driver would make, for a user who only wants to know that. Then nothing is left of the machine. */
async function planOf(context: MachineContext, { name, driver }: OpenMachine): Promise<readonly string[] | undefined> {
  try {
    const plan = await driver.plan?.();
    if (plan !== undefined) await context.store.remove(name);
    return plan;
  } catch (error) {
    await context.store.remove(name);
    throw error;
  }
}

/** What would only fail after the host was made is found before, and leaves nothing. */
async function openChecked(context: MachineContext, request: CreateRequest, config: NewConfig): Promise<OpenMachine> {
  try {
    const machine = new StoredMachine(context.store, config.config, config.options, "write");
    const open = attachDriver(context, request.driver, machine);
    if (hasSsh(open.driver)) await checkProvisionable(context, open);
    await preCreateCheck(context, open);
    return open;
  } catch (error) {
    await context.store.remove(request.name);
    throw error;
  }
}

async function build(context: MachineContext, open: OpenMachine): Promise<void> {
  context.log.info("Creating machine...");
  await (await context.certificates()).copyClientFiles(open.machine.directory);
  try {
    await open.driver.create();
    if (hasSsh(open.driver)) {
      await open.machine.persistProgress("created");
      await provisionMachine(context, open);
    }
    await open.machine.persistProgress("provisioned");
  } catch (error) {
    throw unfinished(open.name, error);
  }
}

async function checkProvisionable(context: MachineContext, open: OpenMachine): Promise<void> {
  const { checkEngineOptions } = await import("../provision/provision.js");
  checkEngineOptions(open.machine.config.HostOptions.EngineOptions);
  await (await context.certificates()).checkCanSign();
}

async function preCreateCheck(context: MachineContext, open: OpenMachine): Promise<void> {
  context.log.info("Running pre-create checks...");
  try {
    await open.driver.preCreateCheck?.();
  } catch (error) {
    throw new MachineError(
      isDriverError(error) ? error.code : "PRECREATE_FAILED",
      `Error with pre-create check: ${JSON.stringify(messageOf(error))}`,
      { cause: error, exitCode: PRE_CREATE_EXIT_CODE, suggestions: isDriverError(error) ? error.suggestions : [] },
    );
  }
}

type NewConfig = ReturnType<typeof configFor>;

function configFor(context: MachineContext, request: CreateRequest) {
  const { definition, source, name: driverName } = request.driver;
  const options = resolveOptions(definition.options, request.optionSources);
  definition.checkOptions?.(options);
  const { open, secret } = splitSecrets(definition.options, options);
  const config = newMachineConfig(context.store.paths, {
    ...request,
    driverName,
    own: { DriverSource: source, DriverOptions: open, Progress: "creating" },
  });
  return { config, options, secrets: secret };
}

async function assertNew({ store }: MachineContext, name: string): Promise<void> {
  // An empty folder is what the Go program's create leaves that was killed before it made anything.
  if (!(await store.has(name)) || (await store.isEmpty(name))) return;
  const config = await store.load(name);
  const isUnfinished = config.DockerMachine !== undefined && config.DockerMachine.Progress !== "provisioned";
  throw new MachineError(
    "MACHINE_EXISTS",
    `Docker machine "${name}" already exists${isUnfinished ? ", but its creation did not finish" : ""}`,
    {
      suggestions: [isUnfinished ? `docker-machine rm -y ${name}` : "Choose another name, or remove it first: docker-machine rm"],
    },
  );
}

function unfinished(name: string, error: unknown): MachineError {
  const known = isDriverError(error);
  return new MachineError(known ? error.code : "CREATE_FAILED", `Error creating machine: ${messageOf(error)}`, {
    cause: error,
    suggestions: [...(known ? error.suggestions : []), `What was made so far is recorded; remove it: docker-machine rm -y ${name}`],
  });
}
