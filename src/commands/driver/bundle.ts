import { resolve } from "node:path";
import { defineCommand } from "../../command-line/define-command.js";
import { textFlag } from "../../command-line/flags.js";
import { MachineError } from "../../errors.js";

export default defineCommand({
  summary: "Pack installed drivers into a file, for computers without a network",
  description:
    "The file holds the drivers as they are installed here, with all they need, their receipts and the hash of every file. `driver install ./FILE.tgz` on the other computer checks all of it and needs no network.",
  usage: "driver bundle NAME... -o FILE.tgz",
  args: { names: { description: "Driver names", completes: "drivers", required: true, multiple: true } },
  flags: { output: textFlag({ char: "o", description: "The file to write" }) },
  examples: ["docker-machine driver bundle nspawn sample -o drivers.tgz"],
  async run({ flags, words, context, print }) {
    if (words.length === 0) throw new MachineError("ARGUMENTS_INVALID", "Expected the names of the drivers to bundle.");
    if (flags.output === undefined) {
      throw new MachineError("ARGUMENTS_INVALID", "Expected -o FILE: the file to write.", {
        suggestions: [`docker-machine driver bundle ${words.join(" ")} -o drivers.tgz`],
      });
    }
    const file = resolve(flags.output);
    const { drivers } = await context("progress");
    const { writeBundle } = await import("../../drivers/bundle/write-bundle.js");
    const bundle = await drivers.prepared({}, (install) => writeBundle(words, file, install));
    for (const { name, version, platformParts } of bundle.drivers) {
      print(`${name} ${version}${platformParts.length === 0 ? "" : `, for this platform alone: it has ${platformParts[0]}`}`);
    }
    print(`Wrote ${file} (${bundle.sizeBytes} bytes, sha256 ${bundle.sha256}).`);
    print(`On the other computer: docker-machine driver install ./${flags.output.split(/[/\\]/).at(-1)}`);
  },
});
