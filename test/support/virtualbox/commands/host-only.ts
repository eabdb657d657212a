import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import { type CommandLine, isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import { isOnline } from "../model/service.ts";
import type { HostOnlyInterface, HostOnlyNetwork, ServiceState } from "../model/service-state.ts";
import { addressNumber } from "../network/addresses.ts";
import { isAllowedAddress } from "../network/allowed-ranges.ts";
import { addInterface, isInterface, removeInterface, setAddress } from "../network/kernel-interfaces.ts";
import { type Command, type CommandContext, WHOLE_PROGRESS } from "./command.ts";

const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageHostonly.cpp" });

/** `VBoxManage hostonlyif create|remove|ipconfig`. VirtualBox 7 on macOS has no create and remove (no VBOX_WITH_NETFLT there). */
export const hostOnlyInterface: Command = async (context) => {
  const [verb] = context.args;
  if (verb === undefined) throw new SyntaxProblem("No sub-command specified");
  const isGone = context.service.edition.hasHostOnlyNetworks;
  if (verb === "create" && !isGone) return create(context);
  if (verb === "remove" && !isGone) return remove(context);
  if (verb === "ipconfig") return configure(context);
  throw new SyntaxProblem(`Unknown sub-command '${verb}'`);
};

/** Hardware address of the Nth interface: 0a:00:27:00:00:NN (VBoxNetAdp-linux.c). */
export function hardwareAddress(name: string): string {
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0);
  return `0a:00:27:00:${Math.floor(number / 256)
    .toString(16)
    .padStart(2, "0")}:${(number % 256).toString(16).padStart(2, "0")}`;
}

async function create({ service, args, print, printError }: CommandContext): Promise<void> {
  const isBrief = service.edition.isAtLeast(7) && args[1] === "--machine-readable";
  await service.change((state) => {
    const taken = (name: string) => state.hostOnlyInterfaces.some((one) => one.name === name) || isInterface(name);
    let number = 0;
    while (taken(`vboxnet${number}`)) number++;
    const name = `vboxnet${number}`;
    if (service.edition.hasKernelNetwork) addInterface(name, hardwareAddress(name));
    state.hostOnlyInterfaces.push({ name, address: "", netmask: "", address6: "", prefix6: 0, isUp: false });
    if (isBrief) return print(name);
    printError(WHOLE_PROGRESS);
    print(`Interface '${name}' was successfully created`);
  });
}

async function remove({ service, args, printError }: CommandContext): Promise<void> {
  const [, name, extra] = args;
  if (extra !== undefined) throw new SyntaxProblem("Only one interface name can be specified");
  if (name === undefined) throw new SyntaxProblem("No interface name was specified");
  await service.change((state) => {
    const found = find(state, name, 148);
    if (service.edition.hasKernelNetwork) removeInterface(name);
    state.hostOnlyInterfaces = state.hostOnlyInterfaces.filter((one) => one !== found);
    // HostImpl::removeHostOnlyNetworkInterface leaves the DHCP server and the machines that name the interface as they are.
  });
  printError(WHOLE_PROGRESS);
}

async function configure({ service, args }: CommandContext): Promise<void> {
  const text = ["--ip", "-ip", "--netmask", "-netmask", "--ipv6", "-ipv6", "--netmasklengthv6", "-netmasklengthv6"];
  const line = readOptions(args.slice(1), optionForms({ text, nothing: ["--dhcp", "-dhcp"] }));
  const [name, extra] = line.operands;
  const address = lastValue(line, "--ip", "-ip");
  const address6 = lastValue(line, "--ipv6", "-ipv6");
  if (extra !== undefined) throw new SyntaxProblem("Only one interface name can be specified");
  if (address !== undefined && address6 !== undefined) {
    throw new SyntaxProblem(
      "You can not use ipv4 configuration (--ip and --netmask) with ipv6 (--ipv6 and --netmasklengthv6) simultaneously.",
    );
  }
  await service.change((state) => {
    const found = find(state, name ?? "", 221);
    if (isGiven(line, "--dhcp", "-dhcp")) throw new ApiError("VBOX_E_NOT_SUPPORTED", "HostNetworkInterface", "");
    if (address6 !== undefined) {
      if (!isAllowedAddress(address6, service.edition))
        throw new ApiError("E_ACCESSDENIED", "HostNetworkInterface", "", {
          site: site("EnableStaticIPConfigV6(Bstr(pszIpv6).raw(), (ULONG)uNetmasklengthv6)", 257),
        });
      found.address6 = address6;
      found.prefix6 = Number(lastValue(line, "--netmasklengthv6", "-netmasklengthv6") ?? 64);
    } else if (address !== undefined) {
      setStatic(found, address, lastValue(line, "--netmask", "-netmask") ?? "255.255.255.0", { service });
    } else throw new SyntaxProblem("Neither -dhcp nor -ip nor -ipv6 was specfified");
  });
}

/** HostNetworkInterface::enableStaticIPConfig. */
function setStatic(found: HostOnlyInterface, address: string, netmask: string, { service }: Pick<CommandContext, "service">): void {
  const call = site("EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())", 242);
  if (addressNumber(address) === undefined || addressNumber(netmask) === undefined)
    throw new ApiError("E_FAIL", "HostNetworkInterface", "", { site: call });
  if (!isAllowedAddress(address, service.edition)) throw new ApiError("E_ACCESSDENIED", "HostNetworkInterface", "", { site: call });
  if (service.edition.hasKernelNetwork) setAddress(found.name, address, netmask);
  Object.assign(found, { address, netmask, isUp: true });
}

function find(state: ServiceState, name: string, line: number): HostOnlyInterface {
  const found = state.hostOnlyInterfaces.find((one) => one.name === name);
  if (found !== undefined) return found;
  const call = site("FindHostNetworkInterfaceByName(Bstr(pszName).raw(), hif.asOutParam())", line);
  throw new ApiError("E_INVALIDARG", "Host", "The host network interface with the given name could not be found", { site: call });
}

/** What `hostonlynet` may set. */
type NetworkFields = Partial<Pick<HostOnlyNetwork, "netmask" | "lower" | "upper" | "isEnabled">>;

/** `VBoxManage hostonlynet add|modify|remove`, of VirtualBox 7 on macOS. */
export const hostOnlyNetwork: Command = async ({ service, args }) => {
  const [verb, ...words] = args;
  if (verb === undefined) throw new SyntaxProblem("No sub-command specified");
  if (!["add", "modify", "remove"].includes(verb)) throw new SyntaxProblem(`Unknown sub-command '${verb}'`);
  const text = ["--id", "--name", "--netmask", "--lower-ip", "--lowerip", "--upper-ip", "--upperip"];
  const line = readOptions(words, optionForms({ text, nothing: ["--enable", "--disable"] }));
  const fields = fieldsOf(line);
  const [name, id] = [lastValue(line, "--name"), lastValue(line, "--id")];
  await service.change((state) => {
    if (verb === "add") return addNetwork(state, name, fields);
    if (name === undefined && id === undefined) throw new ArgumentProblem("Either --name or --id parameter must be specified");
    const network = state.hostOnlyNetworks.find((one) => (name === undefined ? one.id === id : one.name === name));
    if (network === undefined) throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "VirtualBox", "");
    if (verb === "modify") return void Object.assign(network, fields);
    requireUnused(state, network.name);
    state.hostOnlyNetworks = state.hostOnlyNetworks.filter((one) => one !== network);
  });
};

function fieldsOf(line: CommandLine): NetworkFields {
  const given = {
    netmask: lastValue(line, "--netmask"),
    lower: lastValue(line, "--lower-ip", "--lowerip"),
    upper: lastValue(line, "--upper-ip", "--upperip"),
    isEnabled: isGiven(line, "--enable") ? true : isGiven(line, "--disable") ? false : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function addNetwork(state: ServiceState, name: string | undefined, fields: NetworkFields): void {
  const need = (value: string | undefined, option: string): string => {
    if (value === undefined) throw new ArgumentProblem(`The --${option} parameter must be specified`);
    return value;
  };
  const network = {
    name: need(name, "name"),
    netmask: need(fields.netmask, "netmask"),
    lower: need(fields.lower, "lower-ip"),
    upper: need(fields.upper, "upper-ip"),
  };
  if (state.hostOnlyNetworks.some((one) => one.name === name)) throw new ApiError("E_INVALIDARG", "VirtualBox", "");
  state.hostOnlyNetworks.push({ ...network, id: crypto.randomUUID(), isEnabled: fields.isEnabled ?? true });
}

function requireUnused(state: ServiceState, name: string): void {
  const isUsed = state.machines.some(
    (machine) => isOnline(machine) && machine.adapters.some((one) => one.attachment === "hostonlynet" && one.hostOnlyNetwork === name),
  );
  if (isUsed) throw new ApiError("VBOX_E_OBJECT_IN_USE", "HostOnlyNetwork", "");
}
