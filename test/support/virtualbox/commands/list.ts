import { readdirSync, readFileSync } from "node:fs";
import { cpus, freemem, networkInterfaces, release, totalmem } from "node:os";
import { SyntaxProblem } from "../model/errors.ts";
import { GUEST_OS_TYPES } from "../model/guest-os-types.ts";
import { isGiven, optionForms, readOptions } from "../model/options.ts";
import { isOnline } from "../model/service.ts";
import type { Medium, ServiceState } from "../model/service-state.ts";
import { mediumLines } from "../render/medium-information.ts";
import { systemPropertyLines } from "../render/system-properties.ts";
import { humanReadable } from "../render/vm-description.ts";
import type { Command, CommandContext } from "./command.ts";
import { hardwareAddress } from "./host-only.ts";

interface Listing extends CommandContext {
  readonly state: ServiceState;
  readonly isLong: boolean;
}

/** `VBoxManage list [-l|--long] [-s|--sorted] WHAT`; VBoxManageList.cpp. */
export const list: Command = async (context) => {
  const line = readOptions(context.args, optionForms({ nothing: ["--long", "-long", "-l", "--sorted", "-s"] }));
  const [what, extra] = line.operands;
  if (what === undefined) throw new SyntaxProblem('Missing subcommand for "list" command.');
  if (extra !== undefined) throw new SyntaxProblem(`Too many subcommands for "list" command.`);
  const listing = LISTS[what];
  const isUnknown = listing === undefined || (what === "hostonlynets" && !context.service.edition.hasHostOnlyNetworks);
  if (isUnknown) throw new SyntaxProblem(`Unknown subcommand: ${what}`);
  await context.service.change((state) => {
    for (const text of listing({ ...context, state, isLong: isGiven(line, "--long", "-long", "-l") })) context.print(text);
  });
};

const LISTS: Readonly<Record<string, (listing: Listing) => string[]>> = {
  vms: (listing) => machines(listing, () => true),
  runningvms: (listing) => machines(listing, isOnline),
  ostypes: ({ service }) => ostypes(service.edition.isAtLeast(7, 1)),
  hostonlyifs: hostOnlyInterfaces,
  hostonlynets: ({ state }) =>
    state.hostOnlyNetworks.flatMap((network) => [
      ...[
        `Name:            ${network.name}`,
        `GUID:            ${network.id}`,
        "",
        `State:           ${network.isEnabled ? "Enabled" : "Disabled"}`,
      ],
      ...[`NetworkMask:     ${network.netmask}`, `LowerIP:         ${network.lower}`, `UpperIP:         ${network.upper}`],
      ...[`VBoxNetworkName: hostonly-${network.name}`, ""],
    ]),
  bridgedifs: bridgedInterfaces,
  dhcpservers: dhcpServers,
  natnets: ({ state }) =>
    state.natNetworks.flatMap((network) => [
      ...[`Name:         ${network.name}`, `Network:      ${network.network}`, `DHCP Server:  ${network.hasDhcp ? "Yes" : "No"}`],
      ...["IPv6:         No", `Enabled:      ${network.isEnabled ? "Yes" : "No"}`, "loopback mappings (ipv4)", "        127.0.0.1=2", ""],
    ]),
  natnetworks: (listing) => LISTS.natnets?.(listing) ?? [],
  intnets: ({ state }) => {
    const names = state.machines.flatMap(({ adapters }) =>
      adapters.filter(({ attachment }) => attachment === "intnet").map((one) => one.internalNetwork),
    );
    return [...new Set(names)].map((name) => `Name:        ${name}`);
  },
  hdds: (listing) => media(listing, "hdd"),
  dvds: (listing) => media(listing, "dvddrive"),
  floppies: (listing) => media(listing, "fdd"),
  systemproperties: ({ state, service }) => systemPropertyLines(state.machineFolder, service.edition),
  hostinfo: hostInformation,
  extpacks: () => ["Extension Packs: 0"],
  hostcpuids: () => ["Host CPUIDs:", "", "Leaf no.  EAX      EBX      ECX      EDX"],
  usbhost: () => ["Host USB Devices:", "", "<none>", ""],
  groups: ({ state }) => [...new Set(["/", ...state.machines.flatMap(({ groups }) => groups)])].map((group) => `"${group}"`),
  webcams: () => ["Video Input Devices: 0"],
  hddbackends: () => [
    "Supported hard disk backends:",
    "",
    "Backend 0: id='VMDK' description='VMDK' capabilities=0x02be extensions='vmdk (HardDisk)' properties=()",
    "Backend 1: id='VDI' description='VDI' capabilities=0x02bf extensions='vdi (HardDisk)' properties=()",
  ],
};

function machines({ state, isLong, service }: Listing, isWanted: (machine: ServiceState["machines"][number]) => boolean): string[] {
  return state.machines
    .filter(isWanted)
    .flatMap((machine) => (isLong ? [...humanReadable(machine, state, service.edition), "", ""] : [`"${machine.name}" {${machine.id}}`]));
}

function ostypes(isNewer: boolean): string[] {
  return Object.entries(GUEST_OS_TYPES).flatMap(([id, description]) => [
    ...[
      `ID:          ${id}`,
      `Description: ${description}`,
      `Family ID:   ${/^Other/.test(id) ? "Other" : /^Windows/.test(id) ? "Windows" : "Linux"}`,
    ],
    ...[
      "Family Desc: Linux",
      ...(isNewer ? [`Architecture: ${id.includes("arm") ? "ARM" : "x86"}`] : []),
      `64 bit:      ${/64$/.test(id)}`,
      "",
    ],
  ]);
}

interface HostInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly hardware: string;
  readonly isUp: boolean;
}

/** NetIf-linux.cpp makes a GUID of the name and the hardware address, with the bits of a random UUID set. */
function guidOf(name: string, hardware: string): string {
  const bytes = Buffer.alloc(10);
  bytes.write(name);
  const hex = (number: number) => number.toString(16).padStart(4, "0");
  const variant = Buffer.from([((bytes[8] ?? 0) & 0x3f) | 0x80, bytes[9] ?? 0]).toString("hex");
  const parts = [bytes.readUInt32LE(0).toString(16), hex(bytes.readUInt16LE(4)), hex((bytes.readUInt16LE(6) & 0x0fff) | 0x4000), variant];
  return [...parts, hardware.replaceAll(":", "")].join("-");
}

/** listNetworkInterfaces(). */
function interfaceLines(one: HostInterface): string[] {
  return [
    ...[
      `Name:            ${one.name}`,
      `GUID:            ${guidOf(one.name, one.hardware)}`,
      "DHCP:            Disabled",
      `IPAddress:       ${one.address}`,
    ],
    ...[`NetworkMask:     ${one.netmask}`, "IPV6Address:     ", "IPV6NetworkMaskPrefixLength: 0", `HardwareAddress: ${one.hardware}`],
    ...["MediumType:      Ethernet", "Wireless:        No", `Status:          ${one.isUp ? "Up" : "Down"}`],
    ...[`VBoxNetworkName: HostInterfaceNetworking-${one.name}`, ""],
  ];
}

function hostOnlyInterfaces({ state }: Listing): string[] {
  return state.hostOnlyInterfaces.flatMap((one) => interfaceLines({ ...one, hardware: hardwareAddress(one.name) }));
}

function bridgedInterfaces({ state }: Listing): string[] {
  const own = new Set(state.hostOnlyInterfaces.map(({ name }) => name));
  const addresses = networkInterfaces();
  return readdirSync("/sys/class/net")
    .filter((name) => name !== "lo" && !own.has(name) && !/^(?:vboxnet|veth|tap|docker|br-|vb[0-9a-f]{8}n)/.test(name))
    .flatMap((name) => {
      const own4 = addresses[name]?.find(({ family }) => family === "IPv4");
      const hardware = readFileSync(`/sys/class/net/${name}/address`, "utf8").trim();
      return interfaceLines({
        name,
        address: own4?.address ?? "0.0.0.0",
        netmask: own4?.netmask ?? "0.0.0.0",
        hardware,
        isUp: own4 !== undefined,
      });
    });
}

/** listDhcpServers(); 6.1 brought the form with "Dhcpd IP". */
function dhcpServers({ state }: Listing): string[] {
  return state.dhcpServers.flatMap((server, index) => [
    ...(index > 0 ? [""] : []),
    ...[
      `NetworkName:    ${server.network}`,
      `Dhcpd IP:       ${server.address}`,
      `LowerIPAddress: ${server.lower}`,
      `UpperIPAddress: ${server.upper}`,
    ],
    ...[
      `NetworkMask:    ${server.netmask}`,
      `Enabled:        ${server.isEnabled ? "Yes" : "No"}`,
      "Global Configuration:",
      "    minLeaseTime:     default",
    ],
    ...["    defaultLeaseTime: default", "    maxLeaseTime:     default", "    Forced options:   None", "    Suppressed opts.: None"],
    ...[`        1/legacy: ${server.netmask}`, "Groups:               None", "Individual Configs:   None"],
  ]);
}

function media({ state, isLong }: Listing, kind: Medium["kind"]): string[] {
  return state.media.filter((medium) => medium.kind === kind).flatMap((medium) => [...mediumLines(state, medium, { isLong }), ""]);
}

function hostInformation(): string[] {
  const processors = cpus();
  const [first] = processors;
  return [
    ...["Host Information:", "", `Host time: ${new Date().toISOString().replace("Z", "000000Z")}`],
    ...[
      `Processor online count: ${processors.length}`,
      `Processor count: ${processors.length}`,
      `Processor online core count: ${processors.length}`,
    ],
    ...[`Processor core count: ${processors.length}`, "Processor supports HW virtualization: yes", "Processor supports PAE: yes"],
    ...["Processor supports long mode: yes", "Processor supports nested paging: yes", "Processor supports unrestricted guest: yes"],
    ...["Processor supports nested HW virtualization: no", "Processor supports virt. vmsave/vmload: no"],
    ...processors.flatMap((_, index) => [
      `Processor#${index} speed: ${first?.speed ?? 0} MHz`,
      `Processor#${index} description: ${first?.model ?? ""}`,
    ]),
    ...[`Memory size: ${Math.floor(totalmem() / 2 ** 20)} MByte`, `Memory available: ${Math.floor(freemem() / 2 ** 20)} MByte`],
    ...["Operating system: Linux", `Operating system version: ${release()}`],
  ];
}
