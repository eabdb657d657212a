import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag, listFlag, switchFlag } from "../command-line/flags.js";
import { formatFlag, refuseTemplateAsJson } from "../command-line/format-flag.js";
import { timeoutFlag } from "../command-line/timeout-flag.js";
import { type ListedMachine, listMachines } from "../machines/list-machines.js";
import { type MachineFilter, matchesFilter, matchesName, parseFilters, states, unknownStates } from "../terminal/machine-filter.js";
import type { MachineListTemplate } from "../terminal/machine-list-template.js";
import { formatMachineTable } from "../terminal/machine-table.js";
import { painter } from "../terminal/painter.js";
import { writeStdout } from "../terminal/standard-output.js";

export default defineCommand({
  summary: "List machines",
  flags: {
    format: formatFlag,
    json: jsonFlag,
    quiet: switchFlag({ char: "q", description: "Print names only" }),
    filter: listFlag({ description: "Filter by driver=, swarm=, state=, name= (a regular expression) or label=" }),
    timeout: timeoutFlag,
  },
  async run({ flags, words, context, print, printJson }) {
    refuseTemplateAsJson(flags);
    const template = flags.quiet ? undefined : await templateOf(flags.format);
    const { machines } = await context("data");
    const filter = parseFilters(flags.filter);
    for (const warning of warningsOf(filter, words)) machines.log.warn(warning);
    if (flags.quiet && [...filter.keys()].every((key) => key === "name")) {
      // As the Go program, `-q` leaves out machines that can't be read: who gets a name can use it.
      const known = await machines.store.readableNames((name) => matchesName(filter, name));
      if (flags.json) return printJson({ machines: known.map((name) => ({ name })) });
      return writeStdout(known.map((name) => `${name}\n`).join(""));
    }
    const names = (await machines.store.names()).filter((name) => matchesName(filter, name));
    const all = await listMachines(machines, names, { timeoutMs: flags.timeout * 1000, engine: !flags.quiet });
    const rows = all.filter((machine) => matchesFilter(filter, machine, all));
    const { DOCKER_HOST: dockerHost } = process.env;
    if (flags.json) return printJson({ machines: await jsonRows(rows, { dockerHost, quiet: flags.quiet }) });
    if (flags.quiet) for (const { name } of rows) print(name);
    else if (template === undefined) writeStdout(formatMachineTable(rows, { dockerHost, paint: painter("stdout") }));
    else template.write(rows, { dockerHost, write: writeStdout });
  },
});

async function jsonRows(rows: readonly ListedMachine[], options: { readonly dockerHost: string | undefined; readonly quiet: boolean }) {
  if (options.quiet) return rows.map(({ name }) => ({ name }));
  const { machinesJson } = await import("../terminal/machine-json.js");
  return machinesJson(rows, options);
}

/** A template is checked before any machine is asked. */
async function templateOf(format: string): Promise<MachineListTemplate | undefined> {
  if (format === "") return undefined;
  const { MachineListTemplate } = await import("../terminal/machine-list-template.js");
  return new MachineListTemplate(format);
}

/** What is most likely a mistake, but no error to the Go program, on whose exit code scripts rely. */
function warningsOf(filter: MachineFilter, words: readonly string[]): string[] {
  const wrong = unknownStates(filter).map(
    (state) => `No machine can be in the state ${JSON.stringify(state)}; the states are ${states.join(", ")}.`,
  );
  return words.length === 0
    ? wrong
    : [...wrong, `ls takes no names, ${words.join(" ")} is ignored. To see some machines only: docker-machine ls --filter name=NAME`];
}
