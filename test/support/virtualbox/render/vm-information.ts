import { dirname, join } from "node:path";
import type { Edition } from "../model/edition.ts";
import { GUEST_OS_TYPES } from "../model/guest-os-types.ts";
import type { Adapter, Controller, Machine } from "../model/machine.ts";
import { settingOf } from "../model/machine-settings.ts";
import { isOnline } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import { devicesPerPort, maximumPorts } from "../model/storage.ts";

/** A line of `showvminfo --machinereadable`: text in quotes with `"` and `\` escaped, numbers bare (showVMInfo's "rules for output"). */
function line(key: string, value: string | number): string {
  return typeof value === "number" ? `${key}=${value}` : `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A line whose key is in quotes too, as those with a controller's name are. */
function quoted(key: string, value: string): string {
  return `"${key}"=${line("", value).slice(1)}`;
}

/** The time of a state, as RTTimeSpecToString has it. */
export function stateTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000000");
}

/** `showvminfo --machinereadable`, in the order and with the keys of showVMInfo() in VBoxManageInfo.cpp. */
export function machineReadable(machine: Machine, state: ServiceState, edition: Edition): string[] {
  const folder = dirname(machine.settingsFile);
  const plain = (...keys: readonly string[]) => keys.map((key) => line(key, settingOf(machine.settings, key)));
  const isNew = edition.isAtLeast(7);
  return [
    line("name", machine.name),
    ...(isNew ? [line("encryption", "disabled")] : []),
    line("groups", machine.groups.join(",")),
    ...(edition.isAtLeast(7, 1) ? [line("platformArchitecture", edition.architecture === "arm" ? "ARM" : "x86")] : []),
    line("ostype", GUEST_OS_TYPES[machine.osType] ?? machine.osType),
    line("UUID", machine.id),
    line("CfgFile", machine.settingsFile),
    line("SnapFldr", join(folder, "Snapshots")),
    line("LogFldr", join(folder, "Logs")),
    line("hardwareuuid", machine.hardwareUuid),
    ...plain("memory", "pagefusion", "vram", "cpuexecutioncap", "hpet", "cpu-profile", "chipset", "firmware", "cpus", "pae", "longmode"),
    ...plain(
      "triplefaultreset",
      "apic",
      "x2apic",
      "nested-hw-virt",
      "cpuid-portability-level",
      "bootmenu",
      "boot1",
      "boot2",
      "boot3",
      "boot4",
    ),
    ...plain(
      "acpi",
      "ioapic",
      "biosapic",
      "biossystemtimeoffset",
      "rtcuseutc",
      "hwvirtex",
      "nestedpaging",
      "largepages",
      "vtxvpid",
      "vtxux",
    ),
    ...(isNew ? plain("virtvmsavevmload") : []),
    ...plain("paravirtprovider"),
    line(
      "effparavirtprovider",
      settingOf(machine.settings, "paravirtprovider") === "default" ? "kvm" : settingOf(machine.settings, "paravirtprovider"),
    ),
    line("VMState", machine.state),
    line("VMStateChangeTime", stateTime(machine.stateSince)),
    ...(machine.stateFile === undefined ? [] : [line("VMStateFile", machine.stateFile)]),
    ...plain(
      "graphicscontroller",
      "monitorcount",
      "accelerate3d",
      "accelerate2dvideo",
      "teleporterenabled",
      "teleporterport",
      "teleporteraddress",
    ),
    ...plain(
      "teleporterpassword",
      "tracing-enabled",
      "tracing-allow-vm-access",
      "tracing-config",
      "autostart-enabled",
      "autostart-delay",
      "defaultfrontend",
    ),
    ...(isNew ? plain("vmprocpriority") : []),
    ...machine.controllers.flatMap(controllerLines),
    ...machine.controllers.flatMap((controller) => attachmentLines(controller, state, edition)),
    ...machine.adapters.flatMap((adapter, slot) => adapterLines(adapter, slot + 1)),
    ...plain("hidpointing", "hidkeyboard"),
    ...[1, 2, 3, 4].flatMap((number) => serialLines(machine, number)),
    ...["lpt1", "lpt2"].map((key) => line(key, "off")),
    ...plain("audio", "audio_out", "audio_in", "clipboard", "draganddrop"),
    ...(isOnline(machine) ? [line("SessionName", machine.session?.frontend ?? "headless"), 'VideoMode="720,400,0"@0,0 1'] : []),
    ...plain("vrde", "usb", "ehci", "xhci"),
    ...sharedFolderLines(machine),
    line("VRDEActiveConnection", "off"),
    "VRDEClients==0",
    ...plain("recording_enabled"),
    ...snapshotLines(machine),
    ...plain("GuestMemoryBalloon"),
    ...(isOnline(machine) ? ["GuestAdditionsRunLevel=0"] : []),
  ];
}

function controllerLines(controller: Controller, index: number): string[] {
  return [
    line(`storagecontrollername${index}`, controller.name),
    line(`storagecontrollertype${index}`, controller.type),
    line(`storagecontrollerinstance${index}`, "0"),
    line(`storagecontrollermaxportcount${index}`, String(maximumPorts(controller.bus))),
    line(`storagecontrollerportcount${index}`, String(controller.ports)),
    line(`storagecontrollerbootable${index}`, controller.isBootable ? "on" : "off"),
  ];
}

function attachmentLines(controller: Controller, state: ServiceState, edition: Edition): string[] {
  const isNew = edition.isAtLeast(7);
  const devices = devicesPerPort(controller.bus);
  return Array.from({ length: controller.ports * devices }, (_, index) => [Math.floor(index / devices), index % devices] as const).flatMap(
    ([port, device]) => {
      const place = `${controller.name}-${port}-${device}`;
      const attached = controller.attached.find((one) => one.port === port && one.device === device);
      if (attached === undefined) return [quoted(place, "none")];
      const isDisc = attached.kind === "dvddrive";
      const medium = state.media.find(({ id }) => id === attached.medium);
      if (medium === undefined) {
        const ejected = quoted(`${controller.name}-IsEjected${isNew ? `-${port}-${device}` : ""}`, "off");
        return [quoted(place, "emptydrive"), ...(isDisc ? [ejected] : [])];
      }
      const older = isDisc ? olderLines(controller) : [];
      const image = quoted(`${controller.name}-ImageUUID-${port}-${device}`, medium.id);
      return [quoted(place, medium.location), image, ...(isNew ? newerLines(controller, attached) : older)];
    },
  );
}

function newerLines(controller: Controller, attached: Controller["attached"][number]): string[] {
  const place = `${attached.port}-${attached.device}`;
  const drive = attached.kind === "dvddrive" ? ["tempeject", "IsEjected"] : [];
  const bus = ["sata", "usb"].includes(controller.name.toLowerCase()) ? ["hot-pluggable"] : [];
  return [...drive, ...bus, "nonrotational", "discard"].map((key) => quoted(`${controller.name}-${key}-${place}`, "off"));
}

function olderLines(controller: Controller): string[] {
  return [quoted(`${controller.name}-tempeject`, "off"), quoted(`${controller.name}-IsEjected`, "off")];
}

function adapterLines(adapter: Adapter, number: number): string[] {
  if (adapter.attachment === "none") return [line(`nic${number}`, "none")];
  const attachments: Record<string, string> = { hostonlynet: "hostonlynetwork", generic: "Generic" };
  const named: Partial<Record<Adapter["attachment"], [string, string]>> = {
    nat: ["natnet", "nat"],
    bridged: ["bridgeadapter", adapter.bridge],
    intnet: ["intnet", adapter.internalNetwork],
    hostonly: ["hostonlyadapter", adapter.hostOnlyInterface],
    generic: ["generic", adapter.genericDriver],
    natnetwork: ["nat-network", adapter.natNetwork],
    hostonlynet: ["hostonly-network", adapter.hostOnlyNetwork],
  };
  const [key, value] = named[adapter.attachment] ?? [];
  const nat = ["mtu", "sockSnd", "sockRcv", "tcpWndSnd", "tcpWndRcv"].map((name) => line(name, name === "mtu" ? "0" : "64"));
  const rules = adapter.rules.map((rule, index) => {
    const text = [rule.name, rule.protocol, rule.hostAddress, rule.hostPort, rule.guestAddress, rule.guestPort].join(",");
    return `Forwarding(${index})="${text}"`;
  });
  return [
    ...(key === undefined || value === undefined ? [] : [line(`${key}${number}`, value)]),
    line(`macaddress${number}`, adapter.mac),
    line(`cableconnected${number}`, adapter.isCableConnected ? "on" : "off"),
    line(`nic${number}`, attachments[adapter.attachment] ?? adapter.attachment),
    line(`nictype${number}`, adapter.type),
    line(`nicspeed${number}`, String(adapter.speed)),
    ...(adapter.attachment === "nat" ? [...nat, ...rules] : []),
  ];
}

function serialLines(machine: Machine, number: number): string[] {
  const port = String(machine.settings[`uart${number}`] ?? "off");
  if (port === "off") return [line(`uart${number}`, "off")];
  return [
    line(`uart${number}`, port.replace(/^0x/i, "0x0")),
    line(`uartmode${number}`, String(machine.settings[`uartmode${number}`] ?? "disconnected")),
    line(`uarttype${number}`, "16550A"),
  ];
}

function sharedFolderLines(machine: Machine): string[] {
  const of = (isTransient: boolean, word: string) =>
    machine.sharedFolders
      .filter((folder) => folder.isTransient === isTransient)
      .flatMap(({ name, path }, index) => [
        line(`SharedFolderName${word}Mapping${index + 1}`, name),
        line(`SharedFolderPath${word}Mapping${index + 1}`, path),
      ]);
  return [...of(false, "Machine"), ...of(true, "Transient")];
}

/** showSnapshots() in VBoxManageInfo.cpp: children are numbered under their parent. */
export function snapshotLines(machine: Machine, parent?: string, prefix = ""): string[] {
  const children = machine.snapshots.filter((snapshot) => snapshot.parent === parent);
  return children.flatMap((snapshot, index) => {
    const place = parent === undefined ? prefix : `${prefix}-${index + 1}`;
    const isCurrent = snapshot.id === machine.currentSnapshot;
    const current = [
      line("CurrentSnapshotName", snapshot.name),
      line("CurrentSnapshotUUID", snapshot.id),
      line("CurrentSnapshotNode", `SnapshotName${place}`),
    ];
    return [
      line(`SnapshotName${place}`, snapshot.name),
      line(`SnapshotUUID${place}`, snapshot.id),
      ...(snapshot.description === "" ? [] : [line(`SnapshotDescription${place}`, snapshot.description)]),
      ...(isCurrent ? current : []),
      ...snapshotLines(machine, snapshot.id, place),
    ];
  });
}
