import { defineCommand } from "../command-line/define-command.js";
import { createFlags, driverFlags, engineOptionsOf, swarmOptionsOf } from "../create-flags.js";
import { MachineError } from "../errors.js";
import { createMachine } from "../machines/create-machine.js";

export default defineCommand({
  summary: "Create a machine",
  description: "Run 'docker-machine create --driver NAME --help' to include the flags of that driver.",
  args: { name: { description: "Machine name", required: true } },
  flags: createFlags,
  moreFlags: true,
  async run({ flags, words: typed, parse, context, print }) {
    if (flags.driver === undefined) {
      onlyName(typed);
      throw new MachineError("DRIVER_UNSPECIFIED", "No driver was named.", {
        // As the Go program, whose default fails its check where there is no VirtualBox.
        exitCode: 3,
        suggestions: ["docker-machine create -d NAME_OR_SOURCE MACHINE, for example -d generic or -d github.com/my-org/my-repo"],
      });
    }
    const { drivers, machines } = await context("progress");
    const driver = await drivers.obtain(flags.driver);
    const { given, words } = parse(driverFlags(driver.definition));
    const name = onlyName(words);
    await createMachine(machines, {
      name,
      driver,
      optionSources: { flags: given, env: process.env },
      engine: engineOptionsOf(flags),
      swarm: swarmOptionsOf(flags),
      subjectAltNames: flags["tls-san"],
    });
    print(`To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run: docker-machine env ${name}`);
  },
});

function onlyName(names: readonly string[]): string {
  const [name, ...extra] = names;
  if (name === undefined) throw new MachineError("MACHINE_NAME_MISSING", "Error: No machine name specified");
  if (extra.length > 0) throw new MachineError("ARGUMENTS_INVALID", `Invalid command line. Found extra arguments [${extra.join(" ")}]`);
  return name;
}
