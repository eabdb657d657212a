import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import { throwCollected } from "../../command-line/machine-names.js";
import type { VerifiedDriver } from "../../drivers/tree/verify.js";
import { MachineError } from "../../errors.js";

export default defineCommand({
  summary: "Read all files of installed drivers, and say which are not those that were installed",
  description:
    "Without names, all installed drivers. At each use of a driver, sizes and times are enough. Here every file is read; whatever was changed, is missing or was added is named, and the exit code is 1.",
  args: { names: { description: "Driver names", completes: "drivers", multiple: true } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const { drivers } = await context("data");
    const { verifyDrivers } = await import("../../drivers/tree/verify.js");
    const verified = await drivers.prepared({}, (parts) => verifyDrivers(words, parts));
    if (flags.json) printJson({ drivers: verified.map(jsonOf) });
    else if (verified.length === 0) print("No drivers are installed.");
    else for (const each of verified) print(linesOf(each).join("\n"));
    throwCollected(verified.flatMap(({ receipt, damage }) => (damage === undefined ? [] : [damagedError(receipt)])));
  },
});

function jsonOf({ receipt, damage }: VerifiedDriver) {
  const { name, version, source, integrity, commit, treeHash, linked } = receipt;
  return { name, version, source, integrity, commit, treeHash, state: stateOf({ linked, damage }), ...damage };
}

function stateOf({ linked, damage }: { readonly linked: boolean; readonly damage: VerifiedDriver["damage"] }) {
  if (linked) return "linked";
  return damage === undefined ? "whole" : "damaged";
}

function linesOf({ receipt, damage }: VerifiedDriver): readonly string[] {
  const { name, version, linked, folder, fileCount, source, commit, integrity } = receipt;
  if (linked) return [`${name} ${version}: linked to ${folder}, where anything may change.`];
  const files = `${fileCount} file${fileCount === 1 ? "" : "s"}`;
  const known = [source, commit && `commit ${commit}`, integrity].filter(Boolean).join(", ");
  const head = `${name} ${version}: ${damage === undefined ? `whole, ${files}` : "DAMAGED"} (${known})`;
  const { changed = [], missing = [], added = [] } = damage ?? {};
  return [
    head,
    ...changed.map((file) => `  changed: ${file}`),
    ...missing.map((file) => `  missing: ${file}`),
    ...added.map((file) => `  added: ${file}`),
  ];
}

function damagedError({ name, version, source }: VerifiedDriver["receipt"]): MachineError {
  return new MachineError("DRIVER_DAMAGED", `The driver "${name}" ${version} is not as it was installed.`, {
    suggestions: [`docker-machine driver install ${source}`],
  });
}
