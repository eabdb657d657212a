import { dirname, join } from "node:path";
import type { Edition } from "../model/edition.ts";
import { GUEST_OS_TYPES } from "../model/guest-os-types.ts";
import type { Adapter, Controller, Machine } from "../model/machine.ts";
import { settingOf } from "../model/machine-settings.ts";
import type { ServiceState } from "../model/service-state.ts";
import { maximumPorts } from "../model/storage.ts";
import { stateTime } from "./vm-information.ts";

const STATES: Partial<Record<Machine["state"], string>> = { poweroff: "powered off" };
const DEVICES: Readonly<Record<string, string>> = { floppy: "Floppy", dvd: "DVD", disk: "HardDisk", net: "Network", none: "Not Assigned" };

/** `showvminfo` for people: its main part, in the form of showVMInfo() in VBoxManageInfo.cpp ("%-28s %s"). */
export function humanReadable(machine: Machine, state: ServiceState, edition: Edition): string[] {
  const show = (label: string, value: string | number) => `${label.padEnd(28)} ${value}`;
  const setting = (key: string) => settingOf(machine.settings, key);
  const able = (key: string) => (setting(key) === "on" ? "enabled" : "disabled");
  const folder = dirname(machine.settingsFile);
  return [
    show("Name:", machine.name),
    ...(edition.isAtLeast(7) ? [show("Encryption:", "disabled")] : []),
    show("Groups:", machine.groups.join(",")),
    show("Guest OS:", GUEST_OS_TYPES[machine.osType] ?? machine.osType),
    show("UUID:", machine.id),
    show("Config file:", machine.settingsFile),
    show("Snapshot folder:", join(folder, "Snapshots")),
    show("Log folder:", join(folder, "Logs")),
    show("Hardware UUID:", machine.hardwareUuid),
    show("Memory size:", `${setting("memory")}MB`),
    show("VRAM size:", `${setting("vram")}MB`),
    show("CPU exec cap:", `${setting("cpuexecutioncap")}%`),
    show("Chipset:", setting("chipset")),
    show("Firmware:", setting("firmware")),
    show("Number of CPUs:", setting("cpus")),
    ...[1, 2, 3, 4].map((place) => show(`Boot Device ${place}:`, DEVICES[setting(`boot${place}`)] ?? "Not Assigned")),
    show("ACPI:", able("acpi")),
    show("IOAPIC:", able("ioapic")),
    show("RTC:", setting("rtcuseutc") === "on" ? "UTC" : "local time"),
    show("State:", `${STATES[machine.state] ?? machine.state} (since ${stateTime(machine.stateSince)})`),
    show("Graphics Controller:", setting("graphicscontroller")),
    ...(machine.controllers.length === 0 ? [show("Storage Controllers:", "<none>")] : ["Storage Controllers:"]),
    ...machine.controllers.flatMap((controller, index) => controllerLines(controller, index, state)),
    ...machine.adapters.flatMap((adapter, slot) => adapterLines(adapter, slot + 1)),
    show("Pointing Device:", "PS/2 Mouse"),
    show("Keyboard Device:", "PS/2 Keyboard"),
    "",
    ...sharedFolders(machine),
  ];
}

function controllerLines(controller: Controller, index: number, state: ServiceState): string[] {
  const bootable = controller.isBootable ? "Bootable" : "Not bootable";
  const ports = `Ports: ${controller.ports} (max ${maximumPorts(controller.bus)})`;
  return [
    `#${index}: '${controller.name}', Type: ${controller.type}, Instance: 0, ${ports}, ${bootable}`,
    ...controller.attached.flatMap(({ port, device, medium }) => {
      const found = state.media.find(({ id }) => id === medium);
      if (found === undefined) return [`  Port ${port}, Unit ${device}: Empty`];
      return [`  Port ${port}, Unit ${device}: UUID: ${found.id}`, `    Location: "${found.location}"`];
    }),
  ];
}

function adapterLines(adapter: Adapter, number: number): string[] {
  const label = `NIC ${number}:`.padEnd(28);
  if (adapter.attachment === "none") return [`${label} disabled`];
  const attachments: Partial<Record<Adapter["attachment"], string>> = {
    nat: "NAT",
    bridged: `Bridged Interface '${adapter.bridge}'`,
    intnet: `Internal Network '${adapter.internalNetwork}'`,
    hostonly: `Host-only Interface '${adapter.hostOnlyInterface}'`,
    natnetwork: `NAT Network '${adapter.natNetwork}'`,
    hostonlynet: `Host Only Network '${adapter.hostOnlyNetwork}'`,
  };
  const cable = `Cable connected: ${adapter.isCableConnected ? "on" : "off"}`;
  const rest = `Trace: off (file: none), Type: ${adapter.type}, Reported speed: 0 Mbps, Boot priority: 0, Promisc Policy: ${adapter.promiscuous}, Bandwidth group: none`;
  const rules = adapter.rules.map(
    (rule, index) =>
      `NIC ${number} Rule(${index}):   name = ${rule.name}, protocol = ${rule.protocol}, host ip = ${rule.hostAddress}, host port = ${rule.hostPort}, guest ip = ${rule.guestAddress}, guest port = ${rule.guestPort}`,
  );
  return [`${label} MAC: ${adapter.mac}, Attachment: ${attachments[adapter.attachment] ?? "none"}, ${cable}, ${rest}`, ...rules];
}

function sharedFolders(machine: Machine): string[] {
  if (machine.sharedFolders.length === 0) return ["Shared folders:              <none>"];
  const lines = machine.sharedFolders.map(({ name, path, isWritable, isMounted, isTransient }) => {
    const mapping = `${isTransient ? "transient" : "machine"} mapping`;
    return `Name: '${name}', Host path: '${path}' (${mapping}), ${isWritable ? "writable" : "readonly"}${isMounted ? ", auto-mount" : ""}`;
  });
  return ["Shared folders:", "", ...lines];
}
