import type { OptionSpec } from "@docker-machine/driver-sdk";
import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import type { DriverDetails } from "../../drivers/drivers.js";
import { machinesByDriver } from "../../machines/driver-usage.js";

export default defineCommand({
  summary: "Show what is known of a driver, and its options",
  args: { name: { description: "Driver name", completes: "drivers", required: true } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const typed = onlyWord(words, "driver name");
    const { drivers, machines } = await context("data");
    const details = await drivers.describe(typed);
    const usedBy = (await machinesByDriver(machines.store)).get(details.name) ?? [];
    const { name, kind, version, source, receipt, loaded } = details;
    const options = Object.values(loaded.definition.options);
    if (flags.json) {
      const { summary } = loaded.definition;
      printJson({ driver: { name, kind, version, source, summary, receipt, options, machines: usedBy } });
    } else print(describe(details, options, usedBy).join("\n"));
  },
});

function describe(
  { name, kind, version, source, receipt, loaded }: DriverDetails,
  options: readonly OptionSpec[],
  machines: readonly string[],
): string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Name", name],
    ["Summary", loaded.definition.summary],
    ["Version", version],
    ["Kind", kind],
    ["Source", source],
    ["Package", receipt?.package],
    ["Commit", receipt?.commit],
    ["Integrity", receipt?.integrity],
    ["Tree hash", receipt?.treeHash],
    ["SDK range", receipt?.sdkRange],
    ["Installed", receipt?.installedAt],
    ["Machines", machines.join(", ")],
  ];
  const known = facts.flatMap(([title, value]) => (value === undefined || value === "" ? [] : [`${`${title}:`.padEnd(12)}${value}`]));
  return options.length === 0 ? known : [...known, "Options:", ...options.map(describeOption)];
}

function describeOption(spec: OptionSpec): string {
  const standard = "default" in spec && spec.default !== undefined ? ` (default: ${String(spec.default)})` : "";
  return `  --${spec.flag}  ${spec.usage}${standard}${spec.env === undefined ? "" : ` [$${spec.env}]`}`;
}
