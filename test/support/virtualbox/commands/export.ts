import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type ApplianceDisk, writeAppliance } from "../model/appliance-description.ts";
import { qemuFormat } from "../model/disk-images.ts";
import { ApiError, type CallSite, SyntaxProblem } from "../model/errors.ts";
import { settingOf } from "../model/machine-settings.ts";
import { lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, requireMutable } from "../model/service.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";

const STREAM_OPTIMIZED = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";
const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageAppliance.cpp" });

/** `VBoxManage export NAME --output FILE.ovf|FILE.ova`, of one machine. */
export const exportAppliance: Command = async ({ service, args, print, printError }) => {
  const text = [
    "--output",
    "-output",
    "-o",
    "--options",
    "--vsys",
    "--product",
    "--producturl",
    "--vendor",
    "--vendorurl",
    "--version",
    "--description",
    "--eula",
    "--eulafile",
    "--vmname",
  ];
  const line = readOptions(args, optionForms({ text, nothing: ["--manifest", "--iso", "--legacy09", "--ovf09", "--ovf10", "--ovf20"] }));
  const [wanted] = line.operands;
  const output = lastValue(line, "--output", "-output", "-o");
  if (output === undefined) throw new SyntaxProblem("Missing --output argument with export command");
  if (wanted === undefined) throw new SyntaxProblem("At least one machine must be specified with export command.");
  const path = resolve(output);
  const { machine, disks } = await service.change((state) => {
    const found = findMachine(state, wanted, site("FindMachine(Bstr(ValueUnion.psz).raw(), machine.asOutParam())", 1700));
    requireMutable(found, site("ExportTo(pAppliance, …)", 1840));
    const kept = found.controllers.flatMap((controller, index) =>
      controller.attached.flatMap((attached) => {
        const medium = state.media.find(({ id }) => id === attached.medium);
        return attached.kind === "hdd" && medium !== undefined
          ? [{ medium, controller: index, place: attached.port * (controller.bus === "ide" ? 2 : 1) + attached.device }]
          : [];
      }),
    );
    return { machine: structuredClone(found), disks: structuredClone(kept) };
  });
  if (existsSync(path)) {
    throw new ApiError("VBOX_E_FILE_ERROR", "Appliance", `Appliance file '${path}' already exists (VERR_ALREADY_EXISTS)`, {
      before: "Appliance write failed",
    });
  }
  const stem = basename(path, extname(path));
  mkdirSync(dirname(path), { recursive: true });
  const described: ApplianceDisk[] = disks.map(({ medium, controller, place }, index) => {
    const file = `${stem}-disk${String(index + 1).padStart(3, "0")}.vmdk`;
    const formats = ["-f", qemuFormat(medium.format) ?? "raw", "-O", "vmdk", "-o", "subformat=streamOptimized"];
    execFileSync("qemu-img", ["convert", "-q", ...formats, medium.location, join(dirname(path), file)]);
    return {
      id: `vmdisk${index + 1}`,
      file,
      capacity: medium.capacity,
      format: STREAM_OPTIMIZED,
      parent: String(3 + controller),
      address: place,
    };
  });
  const controllers = machine.controllers.flatMap(({ bus, type }, index) =>
    bus === "ide" || bus === "sata" || bus === "scsi"
      ? [{ instance: String(3 + index), bus, type: type === "IntelAhci" ? "AHCI" : type }]
      : [],
  );
  const ovf = writeAppliance({
    name: machine.name,
    osType: machine.osType,
    processors: Number(settingOf(machine.settings, "cpus")),
    memory: Number(settingOf(machine.settings, "memory")),
    adapters: machine.adapters.filter(({ attachment }) => attachment !== "none").map(({ type }) => type),
    controllers,
    disks: described,
  });
  write(path, stem, { ovf, files: described.map(({ file }) => file) });
  printError(WHOLE_PROGRESS);
  print("Successfully exported 1 machine(s).");
};

function write(path: string, stem: string, content: { ovf: string; files: readonly string[] }): void {
  const isPacked = extname(path).toLowerCase() === ".ova";
  const file = isPacked ? join(dirname(path), `${stem}.ovf`) : path;
  writeFileSync(file, content.ovf);
  if (!isPacked) return;
  const names = [`${stem}.ovf`, ...content.files];
  execFileSync("tar", ["--create", "--format=ustar", "--file", path, "--directory", dirname(path), ...names]);
  for (const name of names) rmSync(join(dirname(path), name), { force: true });
}
