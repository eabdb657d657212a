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
const VERBS = ["add", "modify", "remove", "start", "restart", "stop", "findlease"];

/** `VBoxManage dhcpserver …`, as of 6.1; VBoxManageDHCPServer.cpp. */
export const dhcpServer: Command = async ({ service, args, print }) => {
  const [verb, ...words] = args;
  if (verb === undefined || !VERBS.includes(verb))
    throw new SyntaxProblem(verb === undefined ? "Subcommand required" : `Invalid subcommand: ${verb}`);
  const leases =
    verb === "add" || verb === "modify" ? ["--default-lease-time", "--min-lease-time", "--max-lease-time", "--set-opt"] : ["--mac-address"];
  const text = [...NETWORK_OPTIONS, ...ADDRESS_OPTIONS, ...leases];
  const line = readOptions(
    words,
    optionForms({ text, nothing: ["--enable", "-enable", "--disable", "-disable", "--global", "--options"] }),
  );
  await service.change((state) => {
    const network = networkName(state, line);
    if (verb === "add") return add(state, network, line);
    const server = state.dhcpServers.find((one) => one.network === network);
    if (server === undefined) throw new ArgumentProblem("DHCP server does not exist", verb === "modify" ? 2 : 1);
    if (verb === "modify") return configure(server, line);
    if (verb === "findlease") return showLease(service.home, server, lastValue(line, "--mac-address"), print);
    if (verb === "remove" || verb === "stop" || verb === "restart") stop(server);
    if (verb === "remove") state.dhcpServers = state.dhcpServers.filter((one) => one !== server);
    if (verb === "start" || verb === "restart") startDhcp(service.home, server, network.replace("HostInterfaceNetworking-", ""));
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
  const refuse = (text: string) => {
    const call = "SetConfiguration(bstrServerIp.raw(), bstrNetmask.raw(), bstrLowerIp.raw(), bstrUpperIp.raw())";
    const after = `Failed to set configuration (${values.join(", ")})`;
    throw new ApiError("E_INVALIDARG", "DHCPServer", text, { site: { call, line: 1042, file: FILE }, after });
  };
  if (address === undefined) return refuse("Invalid server address");
  if (netmask === undefined || prefix === undefined) return refuse("Invalid netmask");
  if (lower === undefined || !isInNetwork(lower, address, prefix)) return refuse("Invalid range lower address");
  if (upper === undefined || !isInNetwork(upper, address, prefix)) return refuse("Invalid range upper address");
  if (lower > upper) refuse("Lower bound must be less or eqaul than the upper");
}

function stop(server: DhcpServer): void {
  if (server.process !== undefined) process.kill(server.process.pid, "SIGTERM");
  server.process = undefined;
}

function showLease(home: string, server: DhcpServer, mac: string | undefined, print: (line: string) => void): void {
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
