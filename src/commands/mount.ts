import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";
import { MachineError } from "../errors.js";
import { parseFileLocation } from "../machines/file-location.js";
import { mountFolder, unmountFolder } from "../machines/mount-folder.js";

export default defineCommand({
  summary: "Mount or unmount a directory from a machine with SSHFS.",
  description: "Arguments are [user@]machine:[path] [mountpoint]. Without a mountpoint, it is the same path here.",
  usage: "mount [-u] [USER@]MACHINE:[PATH] [MOUNTPOINT]",
  examples: ["mount dev:/srv/app ./app", "mount -u dev:/srv/app ./app"],
  args: {
    source: { description: "The machine's directory", completes: "machine-paths", required: true },
    mountpoint: { description: "An existing directory of this computer" },
  },
  flags: { unmount: switchFlag({ char: "u", description: "Unmount instead of mount" }) },
  async run({ flags: { unmount }, words, context }) {
    const [source, given] = words;
    if (source === undefined || words.length > 2) {
      throw new MachineError(
        "ARGUMENTS_INVALID",
        `Improper number of arguments: mount takes a machine's directory and a mountpoint, but got ${words.length}.`,
        { suggestions: ["docker-machine mount --help"] },
      );
    }
    const { machine, ...location } = parseFileLocation(source);
    if (machine === undefined) {
      throw new MachineError("ARGUMENTS_INVALID", `${JSON.stringify(source)} names no machine.`, {
        suggestions: ["Put the machine's name before the path: docker-machine mount MACHINE:PATH MOUNTPOINT"],
      });
    }
    const mountpoint = given ?? location.path;
    const { machines } = await context("progress");
    if (unmount) await unmountFolder(machines, mountpoint);
    else await mountFolder(machines, { ...location, machine }, mountpoint);
  },
});
