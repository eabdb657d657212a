import { defineCommand } from "../../command-line/define-command.js";
import { switchFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import type { InstallWishes } from "../../drivers/candidate.js";
import type { Drivers } from "../../drivers/drivers.js";
import { MachineError } from "../../errors.js";
import { installFlags, installWishes } from "../../install-flags.js";

export default defineCommand({
  summary: "Install a driver, or its newest version",
  description:
    "Nothing of the driver runs before it is checked. The newest version that works with this docker-machine is chosen. With --pin and the name of an installed driver, that one is kept at its version.",
  args: {
    source: {
      description: "ORG/REPO, github.com/ORG/REPO@TAG, npm:PACKAGE@RANGE, a git or tarball address, ./FOLDER, ./BUNDLE.tgz",
    },
  },
  examples: [
    "docker-machine driver install my-org/my-repo",
    "docker-machine driver install npm:docker-machine-driver-example@^1.2",
    "docker-machine driver install --pin my-org/my-repo@v1.2.3",
  ],
  flags: {
    ...installFlags,
    locked: switchFlag({ description: "Install just what the project of this folder has locked (driver lock)" }),
  },
  async run({ flags, words, context }) {
    const wishes = installWishes(flags);
    const { drivers, tasks } = await context("progress");
    const subject = flags.locked ? "locked drivers" : onlyWord(words, "driver's source");
    if (flags.locked && words.length > 0)
      throw new MachineError("ARGUMENTS_INVALID", `With --locked, all that is locked is installed: ${words.join(" ")} can't be named.`);
    const work = flags.locked ? () => installLocked(drivers, wishes) : () => installSource(subject, drivers, wishes);
    const [result] = await (await tasks()).run([subject], work);
    if (result?.status === "rejected") throw result.reason;
  },
});

async function installLocked(drivers: Drivers, wishes: InstallWishes): Promise<void> {
  const { requireProject } = await import("../../drivers/project/project.js");
  const { installWholeLock } = await import("../../drivers/project/project-driver.js");
  const project = await requireProject({ cwd: process.cwd(), env: process.env });
  await drivers.prepared(wishes, (install) => installWholeLock(project, install));
}

async function installSource(source: string, drivers: Drivers, wishes: InstallWishes): Promise<void> {
  const { bundleOf } = await import("../../drivers/bundle/bundle-of.js");
  const bundle = await bundleOf(source, process.cwd());
  if (bundle === undefined) return void (await drivers.install(source, wishes));
  const { installBundle } = await import("../../drivers/bundle/install-bundle.js");
  await drivers.prepared(wishes, (install) => installBundle(bundle, install));
}
