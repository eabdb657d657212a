import type { Edition } from "./edition.ts";
import { ApiError, ArgumentProblem, SyntaxProblem } from "./errors.ts";
import { ADAPTERS, type Adapter, type Attachment, type ForwardingRule, type Machine, newMacAddress } from "./machine.ts";
import { readBoolean } from "./options.ts";

/** A network option of `modifyvm`: its spellings without dashes in front, and what it does to the adapter that its number names. */
export interface AdapterForm {
  readonly names: readonly string[];
  /** Whether only macOS hosts with VirtualBox 7 have it. */
  readonly isVmnet?: boolean;
  apply(adapter: Adapter, value: string, edition: Edition): void;
}

const TYPES = ["Am79C970A", "Am79C973", "Am79C960", "82540EM", "82543GC", "82545EM", "virtio"];
const ADD_CALL =
  "AddRedirect(Bstr(strName).raw(), proto, Bstr(strHostIp).raw(), RTStrToUInt16(strHostPort), Bstr(strGuestIp).raw(), RTStrToUInt16(strGuestPort))";

/** Network options; manual, "VBoxManage modifyvm", Networking Settings. */
export const ADAPTER_FORMS: readonly AdapterForm[] = [
  { names: ["nic"], apply: attach },
  {
    names: ["nictype", "nic-type"],
    apply(adapter, value) {
      const type = TYPES.find((one) => one.toLowerCase() === value.toLowerCase());
      if (type === undefined) throw new ArgumentProblem(`Invalid NIC type '${value}' specified for NIC`);
      adapter.type = type;
    },
  },
  { names: ["nicspeed", "nic-speed"], apply: (adapter, value) => (adapter.speed = Number(value)) },
  {
    names: ["nicpromisc", "nic-promisc"],
    apply(adapter, value) {
      if (value !== "deny" && value !== "allow-vms" && value !== "allow-all")
        throw new ArgumentProblem(`Unknown promiscuous mode policy '${value}'`);
      adapter.promiscuous = value;
    },
  },
  { names: ["cableconnected", "cable-connected"], apply: (adapter, value) => (adapter.isCableConnected = readBoolean(value)) },
  { names: ["macaddress", "mac-address"], apply: setMacAddress },
  { names: ["bridgeadapter", "bridge-adapter"], apply: (adapter, value) => (adapter.bridge = value) },
  { names: ["hostonlyadapter", "host-only-adapter"], apply: (adapter, value) => (adapter.hostOnlyInterface = value) },
  { names: ["hostonlynet", "host-only-net"], isVmnet: true, apply: (adapter, value) => (adapter.hostOnlyNetwork = value) },
  { names: ["intnet"], apply: (adapter, value) => (adapter.internalNetwork = value) },
  { names: ["natnetwork", "nat-network"], apply: (adapter, value) => (adapter.natNetwork = value) },
  { names: ["nicgenericdrv", "nic-generic-drv"], apply: (adapter, value) => (adapter.genericDriver = value) },
  // What follows is kept nowhere that `showvminfo` shows; QEMU's user network has fitting fixed ways.
  ...["natdnshostresolver nat-dns-host-resolver", "natdnsproxy nat-dns-proxy", "natdnspassdomain nat-dns-pass-domain"].map((names) => ({
    names: names.split(" "),
    apply: (_: Adapter, value: string) => void readBoolean(value),
  })),
  ...[
    "natlocalhostreachable nat-localhostreachable",
    "natnet nat-net",
    "natbindip nat-bind-ip",
    "nicbootprio nic-boot-prio",
    "nictrace nic-trace",
  ].map((names) => ({ names: names.split(" "), apply: () => undefined })),
];

/** `--nicN`. */
function attach(adapter: Adapter, value: string, edition: Edition): void {
  const kinds: Attachment[] = ["none", "null", "nat", "bridged", "intnet", "hostonly", "generic", "natnetwork"];
  if (edition.hasHostOnlyNetworks) kinds.push("hostonlynet");
  const kind = kinds.find((one) => one === value.toLowerCase());
  if (kind === undefined) throw new ArgumentProblem(`Invalid type '${value}' specfied for NIC`);
  adapter.attachment = kind;
}

/** NetworkAdapter::setMACAddress: twelve digits, and no multicast address (the second digit is even). */
function setMacAddress(adapter: Adapter, value: string): void {
  if (value.toLowerCase() === "auto") {
    adapter.mac = newMacAddress();
    return;
  }
  if (!/^[0-9a-f]{12}$/i.test(value)) {
    throw new ApiError("E_INVALIDARG", "Machine", "Invalid MAC address format");
  }
  if (/^.[13579bdf]/i.test(value)) throw new ApiError("E_INVALIDARG", "Machine", "Invalid MAC address format");
  adapter.mac = value.toUpperCase();
}

/** The adapter of `--nicN`; Machine::getNetworkAdapter. */
export function adapterOf(machine: Machine, number: number): Adapter {
  const adapter = machine.adapters[number - 1];
  if (adapter !== undefined) return adapter;
  const site = { call: "GetNetworkAdapter(GetOptState.uIndex - 1, nic.asOutParam())", line: 1525, file: "VBoxManageModifyVM.cpp" };
  throw new ApiError("E_INVALIDARG", "SessionMachine", `No network adapter in slot ${number - 1} (total ${ADAPTERS} adapters)`, { site });
}

/** Reads `[name],tcp|udp,[hostip],hostport,[guestip],guestport`. */
export function readRule(value: string): ForwardingRule {
  const [name, protocol, hostAddress, hostPort, guestAddress, guestPort, ...more] = value.split(",");
  if (guestPort === undefined || more.length > 0) throw new SyntaxProblem(`Not enough parameters: '${value}'`);
  if (protocol?.toLowerCase() !== "tcp" && protocol?.toLowerCase() !== "udp") {
    throw new ArgumentProblem(`Invalid proto '${protocol}' specfied for NAT redirect`);
  }
  const known = protocol.toLowerCase() === "udp" ? "udp" : "tcp";
  return {
    name: name === "" || name === undefined ? `${known}_${hostPort}_${guestPort}` : name,
    protocol: known,
    hostAddress: hostAddress ?? "",
    hostPort: Number(hostPort) & 0xffff,
    guestAddress: guestAddress ?? "",
    guestPort: Number(guestPort) & 0xffff,
  };
}

/** NATEngine::addRedirect. Rules stand in the order of their names, as in its map. */
export function addRule(adapter: Adapter, rule: ForwardingRule): void {
  const site = { call: ADD_CALL, line: 1923, file: "VBoxManageModifyVM.cpp" };
  for (const one of adapter.rules) {
    if (one.name === rule.name) throw new ApiError("E_INVALIDARG", "NATEngine", "A NAT rule of this name already exists", { site });
    if (one.hostAddress === rule.hostAddress && one.hostPort === rule.hostPort && one.protocol === rule.protocol) {
      throw new ApiError("E_INVALIDARG", "NATEngine", "A NAT rule for this host port and this host IP already exists", { site });
    }
  }
  adapter.rules.push(rule);
  adapter.rules.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** NATEngine::removeRedirect, which has no words for a rule that isn't there. */
export function removeRule(adapter: Adapter, name: string): ForwardingRule {
  const rule = adapter.rules.find((one) => one.name === name);
  if (rule === undefined) {
    const site = { call: "RemoveRedirect(Bstr(ValueUnion.psz).raw())", line: 1891, file: "VBoxManageModifyVM.cpp" };
    throw new ApiError("E_INVALIDARG", "NATEngine", "", { site });
  }
  adapter.rules = adapter.rules.filter((one) => one !== rule);
  return rule;
}
