import type { OptionSpec } from "@docker-machine/driver-sdk";
import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import type { DriverDetails } from "../../drivers/drivers.js";
import type { AvailableDriver } from "../../drivers/search/available-driver.js";
import { offlineFlag } from "../../install-flags.js";
import { machinesByDriver } from "../../machines/driver-usage.js";
import { printable } from "../../terminal/terminal-log.js";

export default defineCommand({
  summary: "Show what is known of a driver, and its options",
  description: "A driver that is not installed is looked up, and nothing of it runs. Its options are shown if its package declares them.",
  args: { source: { description: "Driver name, or a source as `driver install` takes it", completes: "drivers", required: true } },
  flags: { offline: offlineFlag, json: jsonFlag },
  examples: ["docker-machine driver info generic", "docker-machine driver info my-org/my-repo"],
  async run({ flags, words, context, print, printJson }) {
    const typed = onlyWord(words, "driver name or source");
    const { drivers, machines, catalog } = await context("data");
    const usage = await machinesByDriver(machines.store);
    const { driverToShow } = await import("../../drivers/search/driver-to-show.js");
    const shown = await driverToShow(typed, { drivers, catalog, cwd: process.cwd(), wishes: { offline: flags.offline } });
    const usedBy = usage.get(shown.name) ?? [];
    if (!("loaded" in shown)) {
      if (flags.json) printJson({ driver: { ...shown, kind: "available", machines: usedBy } });
      else print(describeAvailable(shown, usedBy).map(printable).join("\n"));
      return;
    }
    const { name, kind, version, source, receipt, loaded } = shown;
    const options = Object.values(loaded.definition.options);
    if (flags.json) {
      const { summary } = loaded.definition;
      printJson({ driver: { name, kind, version, source, summary, receipt, options, machines: usedBy } });
    } else print(describe(shown, options, usedBy).join("\n"));
  },
});

type Facts = readonly (readonly [title: string, value: string | undefined])[];

function describe(
  { name, kind, version, source, receipt, loaded }: DriverDetails,
  options: readonly OptionSpec[],
  machines: readonly string[],
): string[] {
  return [
    ...show([
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
    ]),
    ...showOptions(options),
  ];
}

function describeAvailable(driver: AvailableDriver, machines: readonly string[]): string[] {
  const { facts, options, newest } = driver;
  return [
    ...show([
      ["Name", driver.name],
      ["Summary", driver.summary],
      ["Withdrawn", end(driver.withdrawn)],
      ["Deprecated", end(driver.deprecated)],
      ["Version", driver.version],
      ["Newest", newest === undefined ? undefined : `${newest.version}, which needs SDK ${newest.sdkRange}`],
      ["Kind", form(driver)],
      ["Owner", driver.owner],
      ["Verified", driver.publisher],
      ["Source", driver.source],
      ["Package", driver.package],
      ["Commit", driver.commit],
      ["Tag", driver.tag],
      ["Integrity", driver.integrity],
      ["Published", [facts.publishedAt, facts.publisher].filter((each) => each !== undefined).join(" by ")],
      ["Maintained", facts.maintainers?.join(", ")],
      ["Repository", facts.repository],
      ["Signature", facts.signature === undefined ? undefined : `verified (key ${facts.signature.keyId})`],
      ["Provenance", provenance(facts.provenance)],
      ["Checksum", facts.checksum],
      ["SDK range", driver.sdkRange],
      ["SDK fit", sdkFitOf(driver)],
      ["Tested to", driver.testedUpTo],
      ["Machines", machines.join(", ")],
    ]),
    ...(options === undefined ? unknownOptions(driver) : showOptions(options)),
  ];
}

function form({ form: of }: AvailableDriver): string {
  if (of === undefined) return "planned for a later version of docker-machine";
  return of === "program" ? "Go program, not installed" : "npm package, not installed";
}

function sdkFitOf({ form: of, fits }: AvailableDriver): string | undefined {
  if (of === "program") return "n.a.";
  if (fits === undefined) return undefined;
  return fits ? "yes" : "no";
}

/** Of one that only the index tells of, nothing can be installed. */
function unknownOptions({ version }: AvailableDriver): string[] {
  return version === undefined ? [] : ["Options:    shown once it is installed, since its package does not declare them"];
}

function end(of: AvailableDriver["deprecated"]): string | undefined {
  if (of === undefined) return undefined;
  return of.successor === undefined ? of.reason : `${of.reason}; use ${of.successor}`;
}

function provenance(of: AvailableDriver["facts"]["provenance"]): string | undefined {
  if (of === undefined) return undefined;
  return `verified: built from ${of.repository}${of.commit === undefined ? "" : ` at ${of.commit}`}`;
}

function show(facts: Facts): string[] {
  return facts.flatMap(([title, value]) => (value === undefined || value === "" ? [] : [`${`${title}:`.padEnd(12)}${value}`]));
}

function showOptions(options: readonly OptionSpec[]): string[] {
  return options.length === 0 ? [] : ["Options:", ...options.map(describeOption)];
}

function describeOption(spec: OptionSpec): string {
  const standard = "default" in spec && spec.default !== undefined ? ` (default: ${String(spec.default)})` : "";
  return `  --${spec.flag}  ${spec.usage}${standard}${spec.env === undefined ? "" : ` [$${spec.env}]`}`;
}
