import { defineCommand } from "../../command-line/define-command.js";
import { switchFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import { refuseInUse } from "../../machines/driver-usage.js";

export default defineCommand({
  summary: "Stop using a driver from a folder of your own",
  description: "What was installed under its name before is used again. The folder stays as it is.",
  args: { name: { description: "Driver name", completes: "drivers", required: true } },
  flags: { force: switchFlag({ char: "f", description: "Even if machines use it and nothing takes its place" }) },
  async run({ flags, words, context, print }) {
    const name = onlyWord(words, "driver name");
    const { drivers, machines } = await context("progress");
    const { unlinkFolder } = await import("../../drivers/link-folder.js");
    const present = await drivers.prepared({}, async (parts) => {
      const { previous } = await parts.receipts.get(name);
      if (previous === undefined && !flags.force) await refuseInUse([name], "unlink", machines.store);
      return unlinkFolder(name, parts);
    });
    if (present === undefined) print(`Unlinked the driver "${name}".`);
    else print(`Unlinked the driver "${name}": ${present.version} from ${present.source} is used again.`);
  },
});
