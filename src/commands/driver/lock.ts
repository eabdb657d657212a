import { defineCommand } from "../../command-line/define-command.js";
import { switchFlag } from "../../command-line/flags.js";
import type { LockChange } from "../../drivers/project/lock-drivers.js";
import { MachineError } from "../../errors.js";
import { offlineFlag } from "../../install-flags.js";

export default defineCommand({
  summary: "Lock the drivers of a project: their exact versions and hashes",
  description:
    "Reads docker-machine.drivers.json in this folder or above it, and writes docker-machine.drivers.lock.json beside it. What is locked stays while it fits what is declared; the rest is installed, to know what it comes to. Others get just the same with `driver install --locked`.",
  args: { names: { description: "With --update: only these drivers", completes: "drivers", multiple: true } },
  flags: {
    update: switchFlag({ description: "Lock the newest versions that fit, of all drivers or those named" }),
    offline: offlineFlag,
    yes: switchFlag({ char: "y", description: "Ask nothing: agree beforehand" }),
  },
  examples: ["docker-machine driver lock", "docker-machine driver lock --update nspawn"],
  async run({ flags, words, context, print }) {
    if (words.length > 0 && !flags.update) {
      throw new MachineError("ARGUMENTS_INVALID", `Names go with --update: ${words.join(" ")}`, {
        suggestions: [`docker-machine driver lock --update ${words.join(" ")}`],
      });
    }
    const { drivers } = await context("progress");
    const { lockDrivers } = await import("../../drivers/project/lock-drivers.js");
    const { requireProject } = await import("../../drivers/project/project.js");
    const project = await requireProject({ cwd: process.cwd(), env: process.env });
    const update = flags.update && words.length === 0 ? "all" : words;
    const changes = await drivers.prepared({ yes: flags.yes, offline: flags.offline }, (install) =>
      lockDrivers(project, { update }, install),
    );
    for (const change of changes) print(describe(change));
    print(`Locked in ${project.lockPath}. Keep it under version control.`);
  },
});

function describe({ name, from = "", to = "", kind }: LockChange): string {
  switch (kind) {
    case "kept":
      return `${name}: ${to}, as it was`;
    case "added":
      return `${name}: ${to}, new`;
    case "changed":
      return from === to ? `${name}: ${to}, locked anew` : `${name}: ${from} → ${to}`;
    case "removed":
      return `${name}: removed, since it is no longer declared`;
  }
}
