import type { OptionSpec } from "@docker-machine/driver-sdk";
import { Args, Flags } from "@oclif/core";
import type { DriverDetails } from "../../drivers/drivers.js";
import { MachineCommand } from "../../machine-command.js";
import { machinesByDriver } from "../../machines/driver-usage.js";

export default class DriverInfo extends MachineCommand {
  static override summary = "Show what is known of a driver, and its options";
  static override args = { name: Args.string({ description: "Driver name", required: true, ignoreStdin: true }) };
  static override flags = { json: Flags.boolean({ description: "Print JSON" }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DriverInfo);
    const context = await this.context(flags, "data");
    const details = await context.drivers.describe(args.name);
    const machines = (await machinesByDriver(context.machines.store)).get(details.name) ?? [];
    const { name, kind, version, source, receipt, loaded } = details;
    const options = Object.values(loaded.definition.options);
    if (flags.json)
      this.log(JSON.stringify({ name, kind, version, source, summary: loaded.definition.summary, receipt, options, machines }, null, 2));
    else this.log(describe(details, options, machines).join("\n"));
  }
}

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
