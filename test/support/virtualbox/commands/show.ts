import { existsSync } from "node:fs";
import { SyntaxProblem } from "../model/errors.ts";
import { isGiven, optionForms, readOptions } from "../model/options.ts";
import { findMachine } from "../model/service.ts";
import { humanReadable } from "../render/vm-description.ts";
import { machineReadable } from "../render/vm-information.ts";
import type { Command } from "./command.ts";

/** `VBoxManage showvminfo NAME [--details] [--machinereadable]`. */
export const showVmInformation: Command = async ({ service, args, print }) => {
  const forms = optionForms({
    nothing: ["--details", "-details", "--machinereadable", "-machinereadable"],
    text: ["--log", "--password", "--password-id"],
  });
  const line = readOptions(args, forms);
  const [wanted, extra] = line.operands;
  if (wanted === undefined) throw new SyntaxProblem("VM name or UUID required");
  if (extra !== undefined) throw new SyntaxProblem(`Invalid parameter '${extra}'`);
  const isForMachines = isGiven(line, "--machinereadable", "-machinereadable");
  const lines = await service.change((state) => {
    const machine = findMachine(state, wanted, {
      call: "FindMachine(Bstr(VMNameOrUuid).raw(), machine.asOutParam())",
      line: service.edition.isAtLeast(7) ? 2719 : 3138,
      file: "VBoxManageInfo.cpp",
    });
    if (!existsSync(machine.settingsFile)) {
      return isForMachines
        ? ['name="<inaccessible>"', `UUID="${machine.id}"`]
        : ["Name:            <inaccessible!>", `UUID:            ${machine.id}`, `Config file:     ${machine.settingsFile}`];
    }
    return isForMachines ? machineReadable(machine, state, service.edition) : humanReadable(machine, state, service.edition);
  });
  for (const text of lines) print(text);
};
