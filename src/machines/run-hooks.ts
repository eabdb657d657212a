import { MachineError, messageOf } from "../errors.js";
import type { KnownMachine, MachineEvents, NewMachine } from "../hooks.js";
import type { MachineContext } from "./machine-context.js";
import type { HookFailure } from "./machine-hooks.js";
import { openMachine } from "./open-machine.js";

/** How long a driver may take to say where a machine is: enough for a state that is there, or one request. */
const DESCRIBE_TIMEOUT_MS = 5_000;

/**
 * Asks the hooks of plugins whether a machine may be made.
 *
 * @throws {MachineError} `HOOK_FAILED`
 */
export async function hooksBeforeCreate(context: MachineContext, machine: Omit<NewMachine, "storePath">): Promise<void> {
  if (!context.hooks.any) return;
  refuse("created", machine.name, await context.hooks.run("machine:precreate", { ...machine, storePath: context.store.paths.storagePath }));
}

/** Tells the hooks of plugins that a machine was made. What fails there is a warning. */
export async function hooksAfterCreate(context: MachineContext, name: string): Promise<void> {
  if (!context.hooks.any) return;
  await tell(context, "machine:created", await knownMachine(context, name));
}

/** What {@link hooksAfterRemove} needs of a machine that is gone then. */
export type RemovedMachine = KnownMachine | undefined;

/**
 * Asks the hooks of plugins whether a machine may be removed.
 *
 * @param force whether what fails is only a warning
 * @throws {MachineError} `HOOK_FAILED`
 */
export async function hooksBeforeRemove(
  context: MachineContext,
  name: string,
  { force }: { readonly force: boolean },
): Promise<RemovedMachine> {
  if (!context.hooks.any) return undefined;
  const machine = await knownMachine(context, name);
  const failures = await context.hooks.run("machine:preremove", machine);
  if (force) warnOf(context, "machine:preremove", failures);
  else refuse("removed", name, failures);
  return machine;
}

/** Tells the hooks of plugins that a machine is gone. What fails there is a warning. */
export async function hooksAfterRemove(context: MachineContext, machine: RemovedMachine): Promise<void> {
  if (machine !== undefined) await tell(context, "machine:removed", machine);
}

/** The machine is made or gone, whatever happens here. */
async function tell(context: MachineContext, event: "machine:created" | "machine:removed", machine: KnownMachine): Promise<void> {
  try {
    warnOf(context, event, await context.hooks.run(event, machine));
  } catch (error) {
    context.log.warn(`The hooks ${event} of your plugins failed: ${messageOf(error)}`);
  }
}

function refuse(what: "created" | "removed", name: string, failures: readonly HookFailure[]): void {
  const [first] = failures;
  if (first === undefined) return;
  const reasons = failures.map(({ plugin, error }) => `the plugin ${plugin} forbids it: ${messageOf(error)}`);
  throw new MachineError("HOOK_FAILED", `The machine "${name}" was not ${what}: ${reasons.join("; ")}`, {
    cause: first.error,
    suggestions: [
      ...(what === "removed" ? [`docker-machine rm --force ${name} goes on nevertheless.`] : []),
      "docker-machine plugins lists what is installed.",
    ],
  });
}

function warnOf({ log }: MachineContext, event: keyof MachineEvents, failures: readonly HookFailure[]): void {
  for (const { plugin, error } of failures) log.warn(`The hook ${event} of the plugin ${plugin} failed: ${messageOf(error)}`);
}

/** What can be said of a machine, whatever state it is in. */
async function knownMachine(context: MachineContext, name: string): Promise<KnownMachine> {
  const { store } = context;
  const driver = await store.load(name).then(
    (config) => config.DriverName,
    () => "",
  );
  const open = openMachine(context, name);
  const [url, ip] = await Promise.all([
    inTime(open.then((machine) => machine.driver.url())),
    inTime(open.then((machine) => machine.driver.address())),
  ]);
  return { name, driver, storePath: store.paths.storagePath, ...(url === undefined ? {} : { url }), ...(ip === undefined ? {} : { ip }) };
}

/** What `answer` becomes, unless it fails, is empty or takes too long. */
async function inTime(answer: Promise<string>): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), DESCRIBE_TIMEOUT_MS);
  try {
    return (await Promise.race([answer.catch(() => undefined), late])) || undefined;
  } finally {
    clearTimeout(timer);
  }
}
