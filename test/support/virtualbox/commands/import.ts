import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type ApplianceDescription, readAppliance } from "../model/appliance-description.ts";
import { convertImage, readImage } from "../model/disk-images.ts";
import { ApiError, SyntaxProblem } from "../model/errors.ts";
import { GUEST_OS_TYPES } from "../model/guest-os-types.ts";
import type { Machine } from "../model/machine.ts";
import { newMedium, registerMedium } from "../model/media.ts";
import { type CommandLine, isGiven, type OptionForm, optionForms, readOptions } from "../model/options.ts";
import { newController } from "../model/storage.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";
import { newMachine, register } from "./create-vm.ts";

/** What the options say about the virtual system and its numbered units. */
interface Wishes {
  readonly name: string | undefined;
  readonly folder: string | undefined;
  readonly osType: string | undefined;
  readonly memory: number | undefined;
  readonly processors: number | undefined;
  readonly disks: ReadonlyMap<number, string>;
  readonly ignored: ReadonlySet<number>;
}

/** A numbered line of the description that `import` prints. */
interface Unit {
  readonly lines: readonly string[];
  readonly disk?: ApplianceDescription["disks"][number] & { readonly target: string };
  readonly controller?: ApplianceDescription["controllers"][number];
}

/** `VBoxManage import FILE [-n] [--vsys 0 …]`; VBoxManageAppliance.cpp. One virtual system is read. */
export const importAppliance: Command = async ({ service, args, print, printError }) => {
  const text = [
    "--options",
    "--vsys",
    "--ostype",
    "--vmname",
    "--settingsfile",
    "--basefolder",
    "--group",
    "--memory",
    "--cpus",
    "--description",
    "--eula",
    "--unit",
    "--disk",
    "--controller",
    "--port",
  ];
  const forms: Map<string, OptionForm> = optionForms({ text, nothing: ["--dry-run", "-dry-run", "--dryrun", "-n", "--ignore"] });
  const line = readOptions(args, forms);
  const [file] = line.operands;
  if (file === undefined) throw new SyntaxProblem('Not enough arguments for "import" command.');
  const source = unpacked(resolve(file));
  try {
    const appliance = describe(source.ovf);
    printError(WHOLE_PROGRESS);
    print(`Interpreting ${resolve(file)}...\nOK.`);
    const wishes = wishesOf(line);
    const folder = await service.change((state) => wishes.folder ?? state.machineFolder);
    const units = unitsOf(appliance, { ...wishes, folder });
    print(
      [
        "Disks:",
        ...appliance.disks.map((disk) => `  ${disk.id}\t${disk.capacity}\t-1\t${disk.format}\t${disk.file}\t-1\t-1\t`),
        "",
        "Virtual system 0:",
      ].join("\n"),
    );
    for (const [number, { lines }] of units.entries())
      print(`${String(number).padStart(2)}: ${lines.join("\n    ").replaceAll("@", String(number))}`);
    if (isGiven(line, "-n", "--dry-run", "-dry-run", "--dryrun")) return;
    await build(appliance, units, { service, wishes: { ...wishes, folder }, directory: dirname(source.ovf) });
    printError(WHOLE_PROGRESS);
    print("Successfully imported the appliance.");
  } finally {
    if (source.scratch !== undefined) rmSync(source.scratch, { recursive: true, force: true });
  }
};

/** An OVA is a tar of an OVF and what it names. */
function unpacked(file: string): { ovf: string; scratch: string | undefined } {
  if (!existsSync(file)) {
    throw new ApiError("VBOX_E_FILE_ERROR", "Appliance", `Appliance file '${file}' not found (VERR_FILE_NOT_FOUND)`, {
      before: "Appliance read failed",
    });
  }
  if (extname(file).toLowerCase() !== ".ova") return { ovf: file, scratch: undefined };
  const scratch = mkdtempSync(join(tmpdir(), "virtualbox-ova-"));
  execFileSync("tar", ["--extract", "--file", file, "--directory", scratch]);
  return { ovf: join(scratch, readdirSync(scratch).find((name) => name.endsWith(".ovf")) ?? ""), scratch };
}

function describe(ovf: string): ApplianceDescription {
  const appliance = readAppliance(readFileSync(ovf, "utf8"));
  if (appliance !== undefined) return appliance;
  throw new ApiError("VBOX_E_FILE_ERROR", "Appliance", `Error reading "${ovf}": the required "VirtualSystem" element is missing`, {
    before: "Appliance read failed",
  });
}

function wishesOf(line: CommandLine): Wishes {
  const disks = new Map<number, string>();
  const ignored = new Set<number>();
  let unit = -1;
  for (const { name, value } of line.options) {
    if (name === "--unit") unit = Number(value);
    if (name === "--disk") disks.set(unit, value);
    if (name === "--ignore") ignored.add(unit);
  }
  const text = (option: string) => line.options.findLast(({ name }) => name === option)?.value;
  const number = (option: string) => (text(option) === undefined ? undefined : Number(text(option)));
  return {
    name: text("--vmname"),
    folder: text("--basefolder"),
    osType: text("--ostype"),
    memory: number("--memory"),
    processors: number("--cpus"),
    disks,
    ignored,
  };
}

function unitsOf(appliance: ApplianceDescription, wishes: Wishes & { folder: string }): Unit[] {
  const name = wishes.name ?? appliance.name;
  const osType = wishes.osType ?? (appliance.osType in GUEST_OS_TYPES ? appliance.osType : "Other");
  const word = wishes.name === undefined ? "Suggested VM name" : "VM name specified with --vmname:";
  const first: Unit[] = [
    {
      lines: [`Suggested OS type: "${osType}"`, '(change with "--vsys 0 --ostype <type>"; use "list ostypes" to list all possible values)'],
    },
    { lines: [`${word} "${name}"`, ...(wishes.name === undefined ? ['(change with "--vsys 0 --vmname <name>")'] : [])] },
    { lines: ['Suggested VM group "/"', '(change with "--vsys 0 --group <group>")'] },
    {
      lines: [
        `Suggested VM settings file name "${join(wishes.folder, name, `${name}.vbox`)}"`,
        '(change with "--vsys 0 --settingsfile <filename>")',
      ],
    },
    { lines: [`Suggested VM base folder "${wishes.folder}"`, '(change with "--vsys 0 --basefolder <path>")'] },
    { lines: [`Number of CPUs: ${wishes.processors ?? appliance.processors}`, '(change with "--vsys 0 --cpus <n>")'] },
    { lines: [`Guest memory: ${wishes.memory ?? appliance.memory} MB`, '(change with "--vsys 0 --memory <MB>")'] },
    ...appliance.adapters.map((_, slot) => ({ lines: [`Network adapter: orig NAT, config 3, extra slot=${slot};type=NAT`] })),
  ];
  const spoken = { ide: "IDE controller, type PIIX4", sata: "SATA controller, type AHCI", scsi: "SCSI controller, type LsiLogic" };
  const controllers = appliance.controllers.map((controller) => ({
    controller,
    lines: [spoken[controller.bus], '(disable with "--vsys 0 --unit @ --ignore")'],
  }));
  const disks = appliance.disks.map((disk, index) => {
    const number = first.length + controllers.length + index;
    const target = wishes.disks.get(number) ?? join(wishes.folder, name, basename(disk.file));
    const parent = first.length + appliance.controllers.findIndex(({ instance }) => instance === disk.parent);
    const place = `source image=${disk.file}, target path=${target}, controller=${parent};port=${disk.address}`;
    return {
      disk: { ...disk, target },
      lines: [
        `Hard disk image: ${place}`,
        '(change target path with "--vsys 0 --unit @ --disk path";',
        'disable with "--vsys 0 --unit @ --ignore")',
      ],
    };
  });
  return [...first, ...controllers, ...disks];
}

async function build(
  appliance: ApplianceDescription,
  units: readonly Unit[],
  how: { service: Parameters<Command>[0]["service"]; wishes: Wishes & { folder: string }; directory: string },
): Promise<void> {
  const { service, wishes, directory } = how;
  const name = wishes.name ?? appliance.name;
  const settingsFile = join(resolve(wishes.folder), name, `${name}.vbox`);
  const machine = newMachine({ id: crypto.randomUUID(), name, settingsFile, osType: wishes.osType ?? appliance.osType });
  machine.settings = { memory: wishes.memory ?? appliance.memory, cpus: wishes.processors ?? appliance.processors };
  for (const [slot, adapter] of machine.adapters.entries()) {
    adapter.attachment = slot < appliance.adapters.length ? "nat" : "none";
    adapter.isCableConnected = slot < appliance.adapters.length;
    adapter.type = appliance.adapters[slot] ?? adapter.type;
  }
  if (existsSync(settingsFile)) {
    throw new ApiError("VBOX_E_FILE_ERROR", "Machine", `Machine settings file '${settingsFile}' already exists`, {
      before: "Appliance import failed",
    });
  }
  const disks = units.flatMap(({ disk }, number) => (disk === undefined || wishes.ignored.has(number) ? [] : [disk]));
  for (const disk of disks) {
    const format = formatOf(disk.target);
    mkdirSync(dirname(resolve(disk.target)), { recursive: true });
    const from = join(directory, disk.file);
    await convertImage(from, resolve(disk.target), { from: readImage(from).format, to: format });
  }
  await service.change((state) => {
    machine.controllers = appliance.controllers.map(({ bus }) =>
      newController({ ide: "IDE Controller", sata: "SATA Controller", scsi: "SCSI Controller" }[bus], bus),
    );
    for (const disk of disks) {
      const facts = readImage(resolve(disk.target));
      const medium = { ...newMedium(resolve(disk.target), "hdd"), format: facts.format, capacity: facts.capacity };
      registerMedium(state, { ...medium, id: facts.id ?? medium.id });
      attach(machine, appliance, disk, facts.id ?? medium.id);
    }
    register(state, machine);
  });
}

function formatOf(path: string): string {
  return { ".vdi": "VDI", ".vhd": "VHD" }[extname(path).toLowerCase()] ?? "VMDK";
}

function attach(machine: Machine, appliance: ApplianceDescription, disk: ApplianceDescription["disks"][number], medium: string): void {
  const controller = machine.controllers[appliance.controllers.findIndex(({ instance }) => instance === disk.parent)];
  const isIde = controller?.bus === "ide";
  controller?.attached.push({
    port: isIde ? Math.floor(disk.address / 2) : disk.address,
    device: isIde ? disk.address % 2 : 0,
    kind: "hdd",
    medium,
  });
}
