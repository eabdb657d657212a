import { Flags } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { listMachines } from "../machines/list-machines.js";
import { matchesFilter, matchesName, parseFilters } from "../terminal/machine-filter.js";
import { formatMachineTable } from "../terminal/machine-table.js";
import { secondsFlag } from "../terminal/seconds-flag.js";

export default class Ls extends MachineCommand {
  static override summary = "List machines";
  static override flags = {
    quiet: Flags.boolean({ char: "q", description: "Print names only" }),
    filter: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: "Filter by driver=, swarm=, state=, name= (a regular expression) or label=",
    }),
    timeout: Flags.custom<number>(secondsFlag)(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Ls);
    const { machines } = await this.context(flags, "data");
    const filter = parseFilters(flags.filter ?? []);
    const names = (await machines.store.names()).filter((name) => matchesName(filter, name));
    if (flags.quiet && [...filter.keys()].every((key) => key === "name")) return this.printReadable(machines.store, names);
    const all = await listMachines(machines, names, { timeoutMs: (flags.timeout ?? 10) * 1000, engine: !flags.quiet });
    const rows = all.filter((machine) => matchesFilter(filter, machine, all));
    if (flags.quiet) for (const { name } of rows) this.log(name);
    else process.stdout.write(formatMachineTable(rows, { dockerHost: process.env.DOCKER_HOST }));
  }

  /** As the Go program, `-q` leaves out machines that can't be read: who gets a name can use it. */
  private async printReadable(store: { load(name: string): Promise<unknown> }, names: readonly string[]): Promise<void> {
    const readable = await Promise.all(
      names.map((name) =>
        store.load(name).then(
          () => true,
          () => false,
        ),
      ),
    );
    for (const name of names.filter((_, index) => readable[index])) this.log(name);
  }
}
