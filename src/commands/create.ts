import { Args } from "@oclif/core";
import { createFlags, driverFlags, driverInArgv, engineOptionsOf, swarmOptionsOf, withoutSwitchValues } from "../create-flags.js";
import { MachineError } from "../errors.js";
import { globalFlags, MachineCommand } from "../machine-command.js";
import { createMachine } from "../machines/create-machine.js";

export default class Create extends MachineCommand {
  static override summary = "Create a machine";
  static override description = "Run 'docker-machine create --driver NAME --help' to include the flags of that driver.";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };
  static override flags = createFlags;

  async run(): Promise<void> {
    const typed = driverInArgv(this.argv, process.env);
    if (typed === undefined) {
      throw new MachineError("DRIVER_UNSPECIFIED", "No driver was named.", {
        suggestions: ["docker-machine create -d NAME_OR_SOURCE MACHINE, for example -d generic or -d github.com/my-org/my-repo"],
      });
    }
    // With "--": false, what is not a global flag is left alone: the driver's flags are not known before it is loaded.
    const { flags: globals } = await this.parse({ flags: globalFlags, strict: false, "--": false }, this.argv);
    const context = await this.context(globals, "progress");
    const driver = await context.drivers.obtain(typed);
    const flags = { ...createFlags, ...driverFlags(driver.definition) };
    const argv = withoutSwitchValues(
      this.argv,
      Object.entries({ ...flags, ...globalFlags }).flatMap(([name, flag]) => (flag.type === "boolean" ? [name] : [])),
    );
    const parsed = await this.parse({ args: Create.args, flags, baseFlags: globalFlags }, argv);
    const request = {
      driver,
      optionSources: { flags: parsed.flags as Record<string, string | boolean | string[] | undefined>, env: process.env },
      engine: engineOptionsOf(parsed.flags),
      swarm: swarmOptionsOf(parsed.flags),
      subjectAltNames: parsed.flags["tls-san"] ?? [],
    };
    const name = onlyName(parsed.args.name ?? []);
    await createMachine(context.machines, { ...request, name });
    this.log(
      `To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run: docker-machine env ${name}`,
    );
  }
}

function onlyName(names: readonly string[]): string {
  const [name, ...extra] = names;
  if (name === undefined) throw new MachineError("MACHINE_NAME_MISSING", "Error: No machine name specified");
  if (extra.length > 0) throw new MachineError("ARGUMENTS_INVALID", `Invalid command line. Found extra arguments [${extra.join(" ")}]`);
  return name;
}
