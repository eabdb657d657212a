import type { Edition } from "./edition.ts";
import { ApiError, ArgumentProblem, type CallSite } from "./errors.ts";
import { readBoolean } from "./options.ts";

/** What a `modifyvm` option sets: the key that `showvminfo --machinereadable` shows it under, and how its value is read. */
export interface SettingForm {
  /** All spellings, without dashes in front; VirtualBox 7 added those with dashes inside, and takes both. */
  readonly names: readonly string[];
  readonly key: string;
  /** What a new machine has. */
  readonly standard: string | number;
  /** The stored value. Throws what VirtualBox says of a bad one. */
  read(value: string): string | number;
  /** Whether a number is part of the option's name: `--boot1`. */
  readonly isIndexed?: boolean;
  /** Whether only VirtualBox 7 has it. */
  readonly isNew?: boolean;
}

const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageModifyVM.cpp" });
const onOff = (value: string): string => (readBoolean(value) ? "on" : "off");
const flag = (names: string, standard: "on" | "off", more: Partial<SettingForm> = {}): SettingForm => {
  const list = names.split(" ");
  return { names: list, key: list[0] ?? names, standard, read: onOff, ...more };
};
const text = (names: string, standard: string, more: Partial<SettingForm> = {}): SettingForm => {
  const list = names.split(" ");
  return { names: list, key: list[0] ?? names, standard, read: (value) => value, ...more };
};
const oneOf = (
  names: string,
  standard: string,
  allowed: readonly string[],
  complaint: string,
  more: Partial<SettingForm> = {},
): SettingForm => {
  const read = (value: string) => {
    const found = allowed.find((one) => one.toLowerCase() === value.toLowerCase());
    if (found === undefined) throw new ArgumentProblem(`${complaint} '${value}'`);
    return found;
  };
  return text(names, standard, { read, ...more });
};
const number = (
  names: string,
  standard: number,
  read: (value: number) => void = () => undefined,
  more: Partial<SettingForm> = {},
): SettingForm => {
  const parse = (value: string) => {
    read(Number(value));
    return Number(value);
  };
  return { ...text(names, "", more), standard, read: parse };
};

/** Machine::setMemorySize; MM_RAM_MIN_IN_MB and MM_RAM_MAX_IN_MB of a 64-bit host. */
function checkMemory(size: number): void {
  if (size >= 4 && size <= 2_097_152) return;
  const problem = `Invalid RAM size: ${size} MB (must be in range [4, 2097152] MB)`;
  throw new ApiError("E_INVALIDARG", "SessionMachine", problem, { site: site("COMSETTER(MemorySize)(ValueUnion.u32)", 632) });
}

/** Machine::setCPUCount; SchemaDefs MinCPUCount and MaxCPUCount. */
function checkProcessors(count: number): void {
  if (count >= 1 && count <= 64) return;
  const problem = `Invalid virtual CPU count: ${count} (must be in range [1, 64])`;
  throw new ApiError("E_INVALIDARG", "SessionMachine", problem, { site: site("COMSETTER(CPUCount)(ValueUnion.u32)", 796) });
}

function checkVideoMemory(size: number): void {
  if (size <= 256) return;
  const problem = `Invalid VRAM size: ${size} MB (must be in range [0, 256] MB)`;
  throw new ApiError("E_INVALIDARG", "SessionMachine", problem, { site: site("COMSETTER(VRAMSize)(ValueUnion.u32)", 640) });
}

function checkExecutionCap(share: number): void {
  if (share >= 1 && share <= 100) return;
  const problem = `Invalid CPU execution cap value: ${share} (must be in range [1, 100])`;
  throw new ApiError("E_INVALIDARG", "SessionMachine", problem, { site: site("COMSETTER(CPUExecutionCap)(ValueUnion.u32)", 812) });
}

const DEVICES = ["none", "floppy", "dvd", "disk", "net"];

/** The plain options of `modifyvm`; manual, "VBoxManage modifyvm", and g_aModifyVMOptions of VBoxManageModifyVM.cpp. */
const SETTING_FORMS: readonly SettingForm[] = [
  number("memory", 128, checkMemory),
  flag("pagefusion page-fusion", "off"),
  number("vram", 8, checkVideoMemory),
  number("cpuexecutioncap cpu-execution-cap", 100, checkExecutionCap),
  flag("hpet", "off"),
  text("cpu-profile", "host"),
  oneOf("chipset", "piix3", ["piix3", "ich9"], "Invalid --chipset argument"),
  oneOf("firmware", "BIOS", ["BIOS", "EFI", "EFI32", "EFI64", "EFIDUAL"], "Invalid --firmware argument"),
  number("cpus", 1, checkProcessors),
  flag("pae", "on"),
  flag("longmode long-mode", "on"),
  flag("triplefaultreset triple-fault-reset", "off"),
  flag("apic", "on"),
  flag("x2apic", "on"),
  flag("nested-hw-virt", "off"),
  number("cpuid-portability-level", 0),
  oneOf(
    "bootmenu bios-boot-menu biosbootmenu",
    "messageandmenu",
    ["disabled", "menuonly", "messageandmenu"],
    "Invalid --biosbootmenu argument",
  ),
  oneOf("boot", "none", DEVICES, "Invalid boot device", { isIndexed: true }),
  flag("acpi", "on"),
  flag("ioapic", "off"),
  oneOf("biosapic bios-apic", "apic", ["disabled", "apic", "x2apic"], "Invalid --bios-apic argument"),
  number("biossystemtimeoffset bios-system-time-offset", 0),
  flag("rtcuseutc rtc-use-utc", "off"),
  flag("hwvirtex", "on"),
  flag("nestedpaging nested-paging", "on"),
  flag("largepages large-pages", "off"),
  flag("vtxvpid", "on"),
  flag("vtxux", "on"),
  flag("virtvmsavevmload virt-vmsave-vmload", "on", { isNew: true }),
  oneOf(
    "paravirtprovider paravirt-provider",
    "default",
    ["none", "default", "legacy", "minimal", "hyperv", "kvm"],
    "Invalid --paravirtprovider argument",
  ),
  oneOf("graphicscontroller", "vboxvga", ["none", "vboxvga", "vmsvga", "vboxsvga"], "Invalid --graphicscontroller argument"),
  number("monitorcount monitor-count", 1),
  flag("accelerate3d accelerate-3d", "off"),
  flag("accelerate2dvideo accelerate-2d-video", "off"),
  flag("teleporter", "off", { key: "teleporterenabled" }),
  number("teleporterport teleporter-port", 0),
  text("teleporteraddress teleporter-address", ""),
  text("teleporterpassword teleporter-password", ""),
  flag("tracing-enabled", "off"),
  flag("tracing-allow-vm-access", "off"),
  text("tracing-config", ""),
  flag("autostart-enabled", "off"),
  number("autostart-delay", 0),
  text("defaultfrontend default-frontend", ""),
  oneOf("vmprocpriority vm-process-priority", "default", ["default", "flat", "low", "normal", "high"], "Invalid --vm-process-priority '", {
    isNew: true,
  }),
  oneOf("mouse", "ps2mouse", ["ps2", "usb", "usbtablet", "usbmultitouch"], "Invalid type", { key: "hidpointing" }),
  oneOf("keyboard", "ps2kbd", ["ps2", "usb"], "Invalid type", { key: "hidkeyboard" }),
  oneOf(
    "clipboard-mode clipboard",
    "disabled",
    ["disabled", "hosttoguest", "guesttohost", "bidirectional"],
    "Invalid --clipboard argument",
    { key: "clipboard" },
  ),
  oneOf(
    "draganddrop drag-and-drop",
    "disabled",
    ["disabled", "hosttoguest", "guesttohost", "bidirectional"],
    "Invalid --draganddrop argument",
  ),
  text("audio audio-driver", "none"),
  flag("audioout audio-out", "off", { key: "audio_out" }),
  flag("audioin audio-in", "off", { key: "audio_in" }),
  text("audiocontroller audio-controller", "ac97"),
  text("audio-enabled", "off", { isNew: true }),
  flag("vrde", "off"),
  text("vrdeport vrde-port", "3389"),
  text("vrdeaddress vrde-address", ""),
  text("vrdeauthtype vrde-auth-type", "null"),
  flag("usb usb-ohci usbohci", "off"),
  flag("usbehci usb-ehci", "off", { key: "ehci" }),
  flag("usbxhci usb-xhci", "off", { key: "xhci" }),
  text("description", ""),
  text("snapshotfolder snapshot-folder", ""),
  number("guestmemoryballoon guest-memory-balloon", 0, undefined, { key: "GuestMemoryBalloon" }),
  flag("recording", "off", { key: "recording_enabled" }),
  text("bioslogofadein bios-logo-fade-in", "on"),
  text("bioslogofadeout bios-logo-fade-out", "on"),
  text("bioslogodisplaytime bios-logo-display-time", "0"),
  flag("ibpb-on-vm-exit", "off"),
  flag("ibpb-on-vm-entry", "off"),
  flag("spec-ctrl", "off"),
  flag("l1d-flush-on-sched", "on"),
  flag("mds-clear-on-sched", "on"),
  flag("cpuhotplug cpu-hotplug", "off"),
  text("cpuid-set", ""),
  flag("system-uuid-le", "on", { isNew: true }),
  text("lptmode lpt-mode", "", { isIndexed: true }),
];

/** The forms that an edition knows. */
export function settingFormsOf(edition: Edition): readonly SettingForm[] {
  const isNew = edition.isAtLeast(7);
  return SETTING_FORMS.filter((form) => isNew || form.isNew !== true).map((form) =>
    isNew ? form : { ...form, names: form.names.filter(isOldSpelling) },
  );
}

/** 6.1 wrote most options in one word; these few had dashes from the start. */
function isOldSpelling(name: string): boolean {
  const dashed = /^(?:cpu-profile|nested-hw-virt|cpuid-|tracing-|autostart-|virt-|audio-|ibpb-|spec-|l1d-|mds-|clipboard-mode)/;
  return !name.includes("-") || (dashed.test(name) && name !== "audio-driver" && !/^audio-(?:in|out|controller)$/.test(name));
}

/** What a setting is where none was made; boot order as a new machine has it. */
export function settingOf(settings: Readonly<Record<string, string | number>>, key: string): string | number {
  const boot: Record<string, string> = { boot1: "floppy", boot2: "dvd", boot3: "disk", boot4: "none" };
  return settings[key] ?? boot[key] ?? SETTING_FORMS.find((form) => form.key === key)?.standard ?? "";
}
