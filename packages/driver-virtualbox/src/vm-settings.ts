import type { Computer } from "./computer.js";
import type { VirtualBoxOptions } from "./options.js";
import { isAtLeast, type VirtualBoxVersion } from "./output/version.js";

/** VirtualBox's own limit is 64; the Go program's is kept. */
const MAX_CPUS = 32;

/** The processors that an option's value comes to: below 1 means all that the computer has. */
export function cpuCountOf(wish: number, computer: Computer): number {
  return Math.min(MAX_CPUS, wish < 1 ? computer.cpuCount() : wish);
}

/** The network cards' addresses: VirtualBox's prefix, and parts of the virtual machine's UUID, so that a repeated create comes to the same. */
export function macAddresses(uuid: string): { readonly nat: string; readonly hostOnly: string } {
  const digits = uuid.replaceAll("-", "").toLowerCase();
  return { nat: `080027${digits.slice(0, 6)}`, hostOnly: `080027${digits.slice(-6)}` };
}

/** `080027a1b2c3` with colons. */
export function withColons(macAddress: string): string {
  return macAddress.replace(/(..)(?=.)/g, "$1:");
}

/** What the settings depend on besides the options. */
export interface SettingsFacts {
  readonly computer: Computer;
  readonly cpuCount: number;
  readonly memoryMb: number;
  readonly uuid: string;
  /** Where the serial port is written to. */
  readonly consolePath: string;
  readonly bootsFromDisc: boolean;
}

/** The arguments of `VBoxManage createvm` that tell the guest's processor. VirtualBox 7.1 wants to be told; an ARM computer runs ARM guests only. */
export function platformArguments({ architecture }: Computer, version: VirtualBoxVersion | undefined): readonly string[] {
  if (architecture === "arm64") return ["--platform-architecture", "arm", "--ostype", "Linux_arm64"];
  return version !== undefined && isAtLeast(version, 7, 1) ? ["--platform-architecture", "x86"] : [];
}

/** The arguments of `VBoxManage modifyvm`: the Go program's, where the computer has what they set. */
export function settingsArguments(options: VirtualBoxOptions, facts: SettingsFacts): readonly string[] {
  const { computer, cpuCount, memoryMb, bootsFromDisc } = facts;
  const boot = bootsFromDisc ? ["--boot1", "dvd"] : ["--boot1", "disk", "--boot2", "dvd", "--boot3", "none", "--boot4", "none"];
  return [
    ...(computer.architecture === "arm64" ? ARM_SETTINGS : x86Settings(facts)),
    "--cpus",
    String(cpuCount),
    "--memory",
    String(memoryMb),
    "--rtcuseutc",
    "on",
    ...boot,
    "--nic1",
    "nat",
    "--nictype1",
    options.natNicType,
    "--macaddress1",
    macAddresses(facts.uuid).nat,
    "--cableconnected1",
    "on",
    "--natdnshostresolver1",
    onOff(options.hostDnsResolver),
    "--natdnsproxy1",
    onOff(!options.noDnsProxy),
  ];
}

/** VirtualBox's default graphics keep an ARM guest from starting (VERR_PGM_RAM_CONFLICT). */
const ARM_SETTINGS = ["--firmware", "efi", "--graphicscontroller", "qemuramfb"];

function x86Settings({ consolePath }: SettingsFacts): readonly string[] {
  return [
    ...[
      "--firmware",
      "bios",
      "--bioslogofadein",
      "off",
      "--bioslogofadeout",
      "off",
      "--bioslogodisplaytime",
      "0",
      "--biosbootmenu",
      "disabled",
    ],
    ...["--ostype", "Linux26_64", "--acpi", "on", "--ioapic", "on", "--cpuhotplug", "off", "--pae", "on", "--hpet", "on"],
    ...["--hwvirtex", "on", "--nestedpaging", "on", "--largepages", "on", "--vtxvpid", "on", "--accelerate3d", "off"],
    // Cloud images talk to the first serial port, and boot slowly or not at all without one (Launchpad bug 1829625).
    ...["--uart1", "0x3F8", "4", "--uartmode1", "file", consolePath],
  ];
}

function onOff(isOn: boolean): string {
  return isOn ? "on" : "off";
}
