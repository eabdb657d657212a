import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { createFlags, driverFlags, engineOptionsOf, swarmOptionsOf } from "../create-flags.js";
import { checkNewNames, checkOptions, createMachine } from "../machines/create-machine.js";
import type { MachineContext } from "../machines/machine-context.js";

const HOW_TO_CONNECT = "To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run";

export default defineCommand({
  summary: "Create a machine, or several at once",
  description:
    "Run 'docker-machine create --driver NAME --help' to include the flags of that driver. Several machines get the same flags; each is made whatever becomes of the others.",
  args: { names: { description: "Machine names", required: true, multiple: true } },
  flags: createFlags,
  moreFlags: true,
  async run({ flags, words: typed, parse, context, print }) {
    if (flags.driver === undefined) checkNewNames(typed);
    const program = await context("progress");
    const wanted = flags.driver ?? (await program.defaultDriver());
    if (flags.driver === undefined) program.machines.log.info(`No driver was named: using "${wanted}".`);
    const driver = await program.drivers.obtain(wanted, { offline: flags.offline, yes: flags.yes });
    const { given, words: names } = parse(driverFlags(driver.definition));
    checkNewNames(names);
    const request = {
      driver,
      optionSources: { flags: given, env: process.env },
      engine: engineOptionsOf(flags),
      swarm: swarmOptionsOf(flags),
      subjectAltNames: flags["tls-san"],
    };
    checkOptions(request);
    const made = new Set<string>();
    const make = async (machines: MachineContext, name: string) => {
      const plan = await createMachine(machines, { ...request, name });
      if (plan === undefined) made.add(name);
      else for (const line of plan) print(line);
    };
    try {
      await eachMachine(program, names, make, { parallel: flags.parallel });
    } finally {
      for (const name of names.filter((each) => made.has(each))) print(`${HOW_TO_CONNECT}: docker-machine env ${name}`);
    }
  },
});
