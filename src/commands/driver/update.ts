import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag, switchFlag } from "../../command-line/flags.js";
import { throwCollected } from "../../command-line/machine-names.js";
import type { Context } from "../../context.js";
import type { DriverUpdate } from "../../drivers/updates.js";
import { MachineError } from "../../errors.js";
import { installWishes, updateFlags } from "../../install-flags.js";
import { describeUpdate, updateJson } from "../../terminal/driver-updates.js";

export default defineCommand({
  summary: "Bring drivers to their newest version that works with this docker-machine",
  description:
    "The version before is kept for `driver rollback`, and machines go on working. If a driver changed hands since (a new maintainer or repository, a moved tag), it is asked about first. Pinned and linked drivers stay.",
  args: { names: { description: "Driver names", completes: "drivers", multiple: true } },
  flags: {
    all: switchFlag({ description: "All installed drivers" }),
    "dry-run": switchFlag({ description: "Only say what would be done" }),
    ...updateFlags,
    json: jsonFlag,
  },
  async run({ flags, words, context, print, printJson }) {
    const { drivers } = await context(flags.json ? "data" : "progress");
    const names = await namesOf({ words, isAll: flags.all }, drivers);
    const updates: DriverUpdate[] = [];
    const errors: unknown[] = [];
    for (const name of names) {
      try {
        const update = await drivers.update(name, { ...installWishes(flags), dryRun: flags["dry-run"] });
        updates.push(update);
        if (!flags.json) print(describeUpdate(update, { isDone: !flags["dry-run"] }));
      } catch (error) {
        errors.push(error);
      }
    }
    if (flags.json) printJson({ updates: updates.map(updateJson) });
    else if (names.length === 0) print("No drivers are installed.");
    throwCollected(errors);
  },
});

async function namesOf(
  { words, isAll }: { readonly words: readonly string[]; readonly isAll: boolean },
  drivers: Context["drivers"],
): Promise<readonly string[]> {
  if (words.length > 0 && isAll) throw new MachineError("ARGUMENTS_INVALID", `--all and names exclude each other: ${words.join(" ")}`);
  if (words.length > 0) return words;
  if (isAll) return drivers.installedNames();
  throw new MachineError("ARGUMENTS_INVALID", "No driver was named.", {
    suggestions: ["docker-machine driver update NAME", "docker-machine driver update --all", "docker-machine driver outdated"],
  });
}
