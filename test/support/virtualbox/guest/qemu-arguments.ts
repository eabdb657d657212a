import type { Edition } from "../model/edition.ts";
import type { Adapter, Controller, Machine } from "../model/machine.ts";
import { settingOf } from "../model/machine-settings.ts";
import type { Medium, ServiceState } from "../model/service-state.ts";
import { diskSocket, driveName, monitorPath, pidPath } from "./machine-files.ts";

/** A tap that has to be put onto an interface of the host once QEMU has made it. */
export interface Tap {
  readonly name: string;
  readonly device: string;
}

/** How QEMU is run for a machine. */
export interface Launch {
  readonly args: readonly string[];
  readonly taps: readonly Tap[];
}

/** How many ports QEMU's AHCI has; VirtualBox's has 30. */
const AHCI_PORTS = 6;

/** QEMU's command line for a machine. It begins stopped, so that its network is there before the guest looks. */
export function qemuArguments(machine: Machine, state: ServiceState, options: { home: string; edition: Edition }): Launch {
  const { home, edition } = options;
  const setting = (key: string) => settingOf(machine.settings, key);
  const boot = [1, 2, 3, 4].map((place) => setting(`boot${place}`));
  const network = machine.adapters.map((adapter, slot) => adapterArguments(machine, adapter, slot, boot));
  const incoming = machine.stateFile === undefined ? [] : ["-incoming", "defer"];
  const args = [
    // The process goes by the name of VirtualBox's.
    ...[
      "-name",
      `${machine.name.replaceAll(",", ",,")},process=VBoxHeadless`,
      "-uuid",
      machine.hardwareUuid,
      "-pidfile",
      pidPath(home, machine),
    ],
    ...["-machine", "pc", "-accel", edition.accelerator, "-cpu", "max", "-m", String(setting("memory")), "-smp", String(setting("cpus"))],
    ...[
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      "-vga",
      "std",
      "-S",
      "-rtc",
      `base=${setting("rtcuseutc") === "on" ? "utc" : "localtime"}`,
    ],
    ...(setting("acpi") === "on" ? [] : ["-no-acpi"]),
    ...(setting("firmware") === "BIOS" ? [] : ["-bios", "/usr/share/ovmf/OVMF.fd"]),
    ...(["control", "events"] as const).flatMap((name) => ["-qmp", `unix:${monitorPath(home, machine, name)},server=on,wait=off`]),
    ...[1, 2].flatMap((number) => serialArguments(machine, number)),
    ...machine.controllers.flatMap((controller) => controllerArguments(controller, { machine, state, home, boot })),
    ...network.flatMap(({ args: own }) => own),
    ...incoming,
  ];
  return { args, taps: network.flatMap(({ tap }) => (tap === undefined ? [] : [tap])) };
}

function controllerArguments(
  controller: Controller,
  host: { machine: Machine; state: ServiceState; home: string; boot: readonly (string | number)[] },
): string[] {
  const { machine, state, home, boot } = host;
  const bus = driveName(controller.name, 0, 0).replace(/-0-0$/, "");
  const used = controller.attached.map(({ port }) => port);
  const adapters: Record<Controller["bus"], string[]> = {
    ide: [],
    floppy: [],
    sata: Array.from({ length: Math.floor(Math.max(0, ...used) / AHCI_PORTS) + 1 }, (_, index) => `ahci,id=${bus}${index}`),
    scsi: [`lsi53c895a,id=${bus}`],
    sas: [`mptsas1068,id=${bus}`],
    virtio: [`virtio-scsi-pci,id=${bus}`],
    usb: [`nec-usb-xhci,id=${bus}`],
    pcie: [],
  };
  return [
    ...adapters[controller.bus].flatMap((device) => ["-device", device]),
    ...controller.attached.flatMap((attached) => {
      const medium = state.media.find(({ id }) => id === attached.medium);
      const name = driveName(controller.name, attached.port, attached.device);
      return [
        ...driveArguments({ name, kind: attached.kind, medium, socket: diskSocket(home, machine, name) }),
        "-device",
        deviceArgument(controller, attached, name, boot),
      ];
    }),
  ];
}

/** What was written is safe once a process has it in the kernel's hands; only a crash of the computer would need more than `unsafe`. */
function driveArguments(drive: { name: string; kind: Medium["kind"]; medium: Medium | undefined; socket: string }): string[] {
  const { name, kind, medium, socket } = drive;
  if (medium === undefined) return [];
  if (kind === "hdd" && medium.format !== "RAW")
    return ["-drive", `if=none,id=${name},file=nbd:unix:${socket},format=raw,cache=unsafe,discard=unmap`];
  const file = medium.location.replaceAll(",", ",,");
  return ["-drive", `if=none,id=${name},file=${file},format=raw,${kind === "dvddrive" ? "readonly=on" : "cache=unsafe"}`];
}

function deviceArgument(
  controller: Controller,
  attached: Controller["attached"][number],
  name: string,
  boot: readonly (string | number)[],
): string {
  const { port, device, kind, medium } = attached;
  const bus = driveName(controller.name, 0, 0).replace(/-0-0$/, "");
  const isDisc = kind === "dvddrive";
  const places: Record<Controller["bus"], string> = {
    ide: `${isDisc ? "ide-cd" : "ide-hd"},bus=ide.${port},unit=${device}`,
    sata: `${isDisc ? "ide-cd" : "ide-hd"},bus=${bus}${Math.floor(port / AHCI_PORTS)}.${port % AHCI_PORTS}`,
    scsi: `${isDisc ? "scsi-cd" : "scsi-hd"},bus=${bus}.0,scsi-id=${port}`,
    sas: `${isDisc ? "scsi-cd" : "scsi-hd"},bus=${bus}.0,scsi-id=${port}`,
    virtio: `${isDisc ? "scsi-cd" : "scsi-hd"},bus=${bus}.0,scsi-id=${port}`,
    usb: `usb-storage,bus=${bus}.0`,
    floppy: "floppy",
    pcie: `nvme,serial=${name}`,
  };
  const rank = boot.indexOf(isDisc ? "dvd" : kind === "hdd" ? "disk" : "floppy");
  const index = rank < 0 ? "" : `,bootindex=${rank * 100 + port * 2 + device}`;
  return `${places[controller.bus]},id=dev-${name}${medium === undefined ? "" : `,drive=${name}`}${index}`;
}

function adapterArguments(
  machine: Machine,
  adapter: Adapter,
  slot: number,
  boot: readonly (string | number)[],
): { args: string[]; tap?: Tap } {
  if (adapter.attachment === "none") return { args: [] };
  const id = `net${slot}`;
  const mac = (adapter.mac.match(/../g) ?? []).join(":");
  const model = adapter.type === "virtio" ? "virtio-net-pci" : adapter.type.startsWith("Am79") ? "pcnet" : "e1000";
  const rom = boot.includes("net") ? "" : ",romfile=";
  const device = `${model},netdev=${id},id=nic${slot},mac=${mac}${rom}`;
  if (adapter.attachment === "hostonly") {
    const tap = { name: `vb${machine.id.slice(0, 8)}n${slot}`, device: adapter.hostOnlyInterface };
    return { args: ["-netdev", `tap,id=${id},ifname=${tap.name},script=no,downscript=no`, "-device", device], tap };
  }
  // VirtualBox numbers its NAT networks from 10.0.2.0/24 on, by slot; manual, "Network Address Translation (NAT)".
  const isNat = adapter.attachment === "nat" || adapter.attachment === "natnetwork";
  const network = isNat ? `user,id=${id},net=10.0.${slot + 2}.0/24` : `hubport,id=${id},hubid=${slot + 1}`;
  return { args: ["-netdev", network, "-device", device] };
}

function serialArguments(machine: Machine, number: number): string[] {
  if (String(machine.settings[`uart${number}`] ?? "off") === "off") return [];
  const mode = String(machine.settings[`uartmode${number}`] ?? "disconnected");
  const [kind, ...rest] = mode.split(",");
  const path = rest.join(",").replaceAll(",", ",,");
  const backends: Record<string, string> = {
    disconnected: "null",
    file: `file,path=${path}`,
    server: `socket,server=on,wait=off,path=${path}`,
    client: `socket,path=${path}`,
    tcpserver: `socket,server=on,wait=off,host=0.0.0.0,port=${path}`,
  };
  return [
    "-chardev",
    `${(backends[kind ?? ""] ?? "null").replace(",", `,id=uart${number},`).replace(/^null$/, `null,id=uart${number}`)}`,
    "-device",
    `isa-serial,index=${number - 1},chardev=uart${number}`,
  ];
}
