import { ApiError, ArgumentProblem, SyntaxProblem } from "../model/errors.ts";
import { type CommandLine, isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import type { DhcpServer, ServiceState } from "../model/service-state.ts";
import { addressNumber, isInNetwork, prefixOf } from "../network/addresses.ts";
import { findLease, startDhcp } from "../network/dhcp.ts";
import type { Command } from "./command.ts";

const FILE = "VBoxManageDHCPServer.cpp";
const ADDRESS_OPTIONS = [
  "--ip",
  "-ip",
  "--server-ip",
  "--netmask",
  "-netmask",
  "--lowerip",
  "-lowerip",
  "--lower-ip",
  "--upperip",
  "-upperip",
  "--upper-ip",
];
const NETWORK_OPTIONS = ["--netname", "-netname", "--network", "--ifname", "-ifname", "--interface"];

/** What a verb works with, once the server is found. */
interface Order {
  readonly home: string;
  readonly state: ServiceState;
  readonly server: DhcpServer;
  readonly line: CommandLine;
  print(line: string): void;
}

const VERBS: Readonly<Record<string, (order: Order) => void>> = {
  modify: ({ server, line }) => configure(server, line),
  remove: ({ state, server }) => {
    stop(server);
    state.dhcpServers = state.dhcpServers.filter((one) => one !== server);
  },
  start: ({ home, server }) => startDhcp(home, server, server.network.replace("HostInterfaceNetworking-", "")),
  restart: (order) => {
    stop(order.server);
    startDhcp(order.home, order.server, order.server.network.replace("HostInterfaceNetworking-", ""));
  },
  stop: ({ server }) => stop(server),
  findlease: showLease,
};

/** `VBoxManage dhcpserver …`, as of 6.1; VBoxManageDHCPServer.cpp. */
export const dhcpServer: Command = async ({ service, args, print }) => {
  const [verb, ...words] = args;
  if (verb === undefined) throw new SyntaxProblem("Subcommand required");
  const action = VERBS[verb];
  if (action === undefined && verb !== "add") throw new SyntaxProblem(`Invalid subcommand: ${verb}`);
  const isChange = verb === "add" || verb === "modify";
  const own = isChange
    ? [...ADDRESS_OPTIONS, "--default-lease-time", "--min-lease-time", "--max-lease-time", "--set-opt"]
    : ["--mac-address"];
  const nothing = isChange ? ["--enable", "-enable", "--disable", "-disable", "--global", "--options"] : [];
  const line = readOptions(words, optionForms({ text: [...NETWORK_OPTIONS, ...own], nothing }));
  await service.change((state) => {
    const network = networkName(state, line);
    if (action === undefined) return add(state, network, line);
    const server = state.dhcpServers.find((one) => one.network === network);
    if (server === undefined) throw new ArgumentProblem("DHCP server does not exist", verb === "modify" ? 2 : 1);
    action({ home: service.home, state, server, line, print });
  });
};

function networkName(state: ServiceState, line: CommandLine): string {
  const name = lastValue(line, "--netname", "-netname", "--network");
  if (name !== undefined) return name;
  const device = lastValue(line, "--ifname", "-ifname", "--interface");
  if (device === undefined) throw new SyntaxProblem("You need to specify either --network or --interface to identify the DHCP server");
  if (!state.hostOnlyInterfaces.some((one) => one.name === device)) throw new ArgumentProblem(`Could not find interface '${device}'`);
  return `HostInterfaceNetworking-${device}`;
}

function add(state: ServiceState, network: string, line: CommandLine): void {
  for (const [option, ...names] of [
    ["--ip", "-ip", "--server-ip"],
    ["--netmask", "-netmask"],
    ["--lowerip", "-lowerip", "--lower-ip"],
    ["--upperip", "-upperip", "--upper-ip"],
  ] as const) {
    if (lastValue(line, option, ...names) === undefined) throw new SyntaxProblem(`Missing required option: ${option}`);
  }
  if (state.dhcpServers.some((one) => one.network === network)) throw new ArgumentProblem("DHCP server already exists");
  const server: DhcpServer = {
    network,
    address: "0.0.0.0",
    netmask: "0.0.0.0",
    lower: "0.0.0.0",
    upper: "0.0.0.0",
    isEnabled: false,
    process: undefined,
  };
  configure(server, line);
  state.dhcpServers.push(server);
}

function configure(server: DhcpServer, line: CommandLine): void {
  const address = lastValue(line, "--ip", "-ip", "--server-ip") ?? server.address;
  const netmask = lastValue(line, "--netmask", "-netmask") ?? server.netmask;
  const lower = lastValue(line, "--lowerip", "-lowerip", "--lower-ip") ?? server.lower;
  const upper = lastValue(line, "--upperip", "-upperip", "--upper-ip") ?? server.upper;
  checkConfiguration([address, netmask, lower, upper]);
  Object.assign(server, { address, netmask, lower, upper });
  if (isGiven(line, "--enable", "-enable")) server.isEnabled = true;
  if (isGiven(line, "--disable", "-disable")) server.isEnabled = false;
}

/** DHCPServer::setConfiguration: all addresses are of one network, in order. */
function checkConfiguration(values: readonly [address: string, netmask: string, lower: string, upper: string]): void {
  const [address, netmask, lower, upper] = values.map(addressNumber);
  const prefix = prefixOf(values[1]);
  const refuse = (text: string): never => {
    const call = "SetConfiguration(bstrServerIp.raw(), bstrNetmask.raw(), bstrLowerIp.raw(), bstrUpperIp.raw())";
    const after = `Failed to set configuration (${values.join(", ")})`;
    throw new ApiError("E_INVALIDARG", "DHCPServer", text, { site: { call, line: 1042, file: FILE }, after });
  };
  const isInside = (one: number | undefined) => one !== undefined && isInNetwork(one, address ?? 0, prefix ?? 0);
  if (address === undefined) refuse("Invalid server address");
  if (netmask === undefined || prefix === undefined) refuse("Invalid netmask");
  if (!isInside(lower)) refuse("Invalid range lower address");
  if (!isInside(upper)) refuse("Invalid range upper address");
  if ((lower ?? 0) > (upper ?? 0)) refuse("Lower bound must be less or eqaul than the upper");
}

function stop(server: DhcpServer): void {
  if (server.process !== undefined) process.kill(server.process.pid, "SIGTERM");
  server.process = undefined;
}

function showLease({ home, server, line, print }: Order): void {
  const mac = lastValue(line, "--mac-address");
  if (mac === undefined) throw new SyntaxProblem("You need to specify a MAC address too look for");
  const spelled = mac.includes(":") ? mac : (mac.match(/../g) ?? []).join(":");
  const lease = findLease(home, server.network, spelled);
  if (lease === undefined) throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "DHCPServer", "Could not find lease for the given MAC address");
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  const left = lease.expires - Math.floor(Date.now() / 1000);
  print(`IP Address:  ${lease.address}`);
  print(`MAC Address: ${spelled}`);
  print("State:       acked");
  print(`Issued:      ${time(lease.expires - 600)} (${lease.expires - 600})`);
  print(`Expire:      ${time(lease.expires)} (${lease.expires})`);
  print("TTL:         600 sec, currently ".concat(left > 0 ? `${left} sec left` : `expired ${-left} sec ago`));
}
