import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag, switchFlag } from "../../command-line/flags.js";
import type { ExaminedFinding } from "../../drivers/doctor/doctor.js";
import { MachineError } from "../../errors.js";
import { usedDrivers } from "../../machines/driver-usage.js";

export default defineCommand({
  summary: "Find what is wrong with the installed drivers, and repair it",
  description:
    "Leftovers of killed commands, missing, damaged and unknown files, a damaged list of drivers, a broken link to the SDK, names that are taken twice, drivers that do not fit, machines whose driver is gone, and permissions that are too wide. The exit code is 1 if something is left.",
  flags: { fix: switchFlag({ description: "Repair what can be repaired" }), json: jsonFlag },
  async run({ flags, context, print, printJson }) {
    const { drivers, machines } = await context("data");
    const { examine, repair } = await import("../../drivers/doctor/doctor.js");
    const findings = await (flags.fix ? repair : examine)({
      used: await usedDrivers(machines.store),
      prepared: (action) => drivers.prepared({}, action),
      install: (source) => drivers.install(source),
    });
    if (flags.json) printJson({ findings });
    else if (findings.length === 0) print("Nothing is wrong with the installed drivers.");
    else for (const finding of findings) print(describe(finding).join("\n"));
    const left = findings.filter(({ state }) => state !== "fixed");
    if (left.length > 0) throw problemsLeft(left);
  },
});

function describe({ problem, repair, commands, state, error }: ExaminedFinding): readonly string[] {
  const toType = commands.map((command) => `  To repair it: ${command}`);
  if (state === "fixed") return [problem, `  Repaired (${repair}).`];
  if (state === "found" && repair !== undefined) return [problem, `  --fix ${repair}.`];
  return [problem, ...(error === undefined ? [] : [`  It could not be repaired: ${error}`]), ...toType];
}

function problemsLeft(left: readonly ExaminedFinding[]): MachineError {
  const canBeFixed = left.some(({ repair, state }) => state === "found" && repair !== undefined);
  const commands = left.filter(({ repair, state }) => state === "left" || repair === undefined).flatMap((each) => each.commands);
  const amount = left.length === 1 ? "One problem is" : `${left.length} problems are`;
  return new MachineError("DRIVERS_UNHEALTHY", `${amount} left with the installed drivers.`, {
    suggestions: [...(canBeFixed ? ["docker-machine driver doctor --fix"] : []), ...new Set(commands)],
  });
}
