import { ApiError, ArgumentProblem, SyntaxProblem } from "../model/errors.ts";
import { type CommandLine, isGiven, lastValue, optionForms, readBoolean, readOptions } from "../model/options.ts";
import type { ServiceState } from "../model/service-state.ts";
import type { Command } from "./command.ts";

/** `VBoxManage natnetwork add|modify|remove|start|stop|list`; port forwarding of NAT networks isn't there. */
export const natNetwork: Command = async ({ service, args, print }) => {
  const [verb, ...words] = args;
  if (verb === undefined || !["add", "modify", "remove", "start", "stop", "list"].includes(verb))
    throw new SyntaxProblem(`Invalid parameter '${verb ?? ""}'`);
  const line = readOptions(
    words,
    optionForms({ text: ["--netname", "--network", "--dhcp", "--ipv6"], nothing: ["--enable", "--disable"] }),
  );
  await service.change((state) => {
    if (verb !== "list") return change(state, verb, line);
    for (const one of state.natNetworks) print(`Name:         ${one.name}\nNetwork:      ${one.network}\n`);
    print(`${state.natNetworks.length} network${state.natNetworks.length === 1 ? "" : "s"} found`);
  });
};

function change(state: ServiceState, verb: string, line: CommandLine): void {
  const [name, network, dhcp] = ["--netname", "--network", "--dhcp"].map((option) => lastValue(line, option));
  if (name === undefined) throw new SyntaxProblem("--netname must be specified");
  if (verb === "add") add(state, name, network);
  const found = state.natNetworks.find((one) => one.name === name);
  if (found === undefined) throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "VirtualBox", "", { after: "NATNetwork server does not exist" });
  if (verb === "remove") state.natNetworks = state.natNetworks.filter((one) => one !== found);
  found.network = network ?? found.network;
  found.isEnabled = isGiven(line, "--enable") || (found.isEnabled && !isGiven(line, "--disable"));
  found.hasDhcp = dhcp === undefined ? found.hasDhcp : readBoolean(dhcp);
}

function add(state: ServiceState, name: string, network: string | undefined): void {
  if (network === undefined) throw new SyntaxProblem("--network must be specified");
  if (state.natNetworks.some((one) => one.name === name)) throw new ArgumentProblem("NATNetwork server already exists", 1);
  state.natNetworks.push({ name, network, isEnabled: false, hasDhcp: true });
}
