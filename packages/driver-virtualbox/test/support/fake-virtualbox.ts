import { existsSync } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunResult } from "@docker-machine/driver-sdk";

interface FakeVm {
  readonly uuid: string;
  readonly name: string;
  readonly folder: string;
  state: string;
  readonly fields: Map<string, string>;
  readonly forwards: Map<string, string>;
  readonly controllers: Set<string>;
  readonly shares: Map<string, string>;
}

interface FakeInterface {
  address: string;
  netmask: string;
}

/** A failure as VBoxManage tells it. */
class Refusal extends Error {}

/** What a {@link FakeVirtualBox} is asked to do otherwise than usual. */
export interface FakeVirtualBoxOptions {
  readonly version?: string;
  /** Whether guests shut down when their power button is pressed. Default: true. */
  readonly guestsListen?: boolean;
}

/**
 * VirtualBox in memory: enough of it to take a driver through all its steps, and to see what is left afterwards.
 * The tests in the repository's own `test/` use a stand-in that keeps VirtualBox's rules and boots real guests.
 */
export class FakeVirtualBox {
  readonly vms: FakeVm[] = [];
  readonly interfaces = new Map<string, FakeInterface>();
  readonly nets = new Map<string, { readonly netmask: string; readonly lower: string; readonly upper: string }>();
  readonly dhcpServers = new Map<string, { address: string; lower: string; upper: string; netmask: string; isEnabled: boolean }>();
  readonly media = new Map<string, { uuid: string; type: "disk" | "dvd" }>();
  readonly extraData = new Map<string, string>();
  /** Each command line, as it was given. */
  readonly calls: string[] = [];
  readonly #options: FakeVirtualBoxOptions;

  constructor(options: FakeVirtualBoxOptions = {}) {
    this.#options = options;
  }

  /** Names of all that exists. */
  residue(): string[] {
    return [
      ...this.vms.map(({ name, state }) => `virtual machine ${name} (${state})`),
      ...[...this.interfaces.keys()].map((name) => `host-only interface ${name}`),
      ...[...this.nets.keys()].map((name) => `host-only network ${name}`),
      ...[...this.dhcpServers.keys()].map((name) => `DHCP server ${name}`),
      ...[...this.media.keys()].map((path) => `medium ${path}`),
      ...[...this.extraData.keys()].map((key) => `extra data ${key}`),
    ];
  }

  /** Plays VBoxManage. */
  readonly run = async (_file: string, args: readonly string[]): Promise<Partial<RunResult>> => {
    this.calls.push(args.join(" "));
    try {
      return { stdout: await this.#perform(args) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { exitCode: 1, stderr: `VBoxManage: error: ${error.message}\n` };
    }
  };

  async #perform([command = "", ...args]: readonly string[]): Promise<string> {
    switch (command) {
      case "--version":
        return `${this.#options.version ?? "7.0.12r159484"}\n`;
      case "list":
        return this.#list(args[0] ?? "");
      case "createvm":
        return this.#createVm(optionsOf(args));
      case "showvminfo":
        return this.#show(this.#vm(args[0]));
      case "modifyvm":
        return this.#modify(this.#vm(args[0]), args.slice(1));
      case "storagectl":
        this.#vm(args[0]).controllers.add(optionsOf(args).get("--name") ?? "");
        return "";
      case "storageattach":
        return this.#attach(this.#vm(args[0]), optionsOf(args.slice(1)));
      case "sharedfolder":
        this.#vm(args[1]).shares.set(optionsOf(args.slice(2)).get("--name") ?? "", optionsOf(args.slice(2)).get("--hostpath") ?? "");
        return "";
      case "startvm":
        return this.#startVm(this.#vm(args[0]));
      case "controlvm":
        return this.#control(this.#vm(args[0]), args.slice(1));
      case "discardstate":
        return this.#discardState(this.#vm(args[0]));
      case "unregistervm":
        return this.#unregister(this.#vm(args[0]));
      case "convertfromraw":
        await copyFile(args[0] ?? "", args[1] ?? "");
        return "";
      case "modifymedium":
        this.#register(args[1] ?? "", "disk");
        return "";
      case "closemedium":
        return this.#closeMedium(args[1] ?? "");
      case "hostonlyif":
        return this.#hostOnlyInterface(args);
      case "hostonlynet":
        return this.#hostOnlyNet(args);
      case "dhcpserver":
        return this.#dhcpServer(args);
      case "setextradata":
        return this.#setExtraData(args);
      case "getextradata":
        return [...this.extraData].map(([key, value]) => `Key: ${key}, Value: ${value}\n`).join("");
      case "guestproperty":
        return "";
      default:
        throw new Refusal(`Invalid command '${command}'`);
    }
  }

  #vm(id = ""): FakeVm {
    const vm = this.vms.find(({ uuid, name }) => uuid === id || name === id);
    if (vm !== undefined) return vm;
    throw new Refusal(`Could not find a registered machine ${/-.*-/.test(id) ? `with UUID {${id}}` : `named '${id}'`}`);
  }

  async #createVm(options: ReadonlyMap<string, string>): Promise<string> {
    const [name = "", uuid = "", base = ""] = ["--name", "--uuid", "--basefolder"].map((option) => options.get(option));
    const folder = join(base, name);
    if (existsSync(folder)) throw new Refusal(`Machine settings file '${folder}/${name}.vbox' already exists`);
    await mkdir(folder);
    await writeFile(join(folder, `${name}.vbox`), "");
    const parts = { fields: new Map(), forwards: new Map(), controllers: new Set<string>(), shares: new Map() };
    this.vms.push({ uuid, name, folder, state: "poweroff", ...parts });
    return `Virtual machine '${name}' is created and registered.\nUUID: ${uuid}\n`;
  }

  #show({ uuid, name, folder, state, fields, forwards, controllers, shares }: FakeVm): string {
    const lines = [`name="${name}"`, `UUID="${uuid}"`, `CfgFile="${folder}/${name}.vbox"`, `VMState="${state}"`];
    [...controllers].forEach((controller, index) => {
      lines.push(`storagecontrollername${index}="${controller}"`);
    });
    for (const [key, value] of fields)
      lines.push(key.includes("-") && !key.startsWith("hostonly") ? `"${key}"="${value}"` : `${key}="${value}"`);
    [...forwards.values()].forEach((forward, index) => {
      lines.push(`Forwarding(${index})="${forward}"`);
    });
    [...shares].forEach(([share, path], index) => {
      lines.push(`SharedFolderNameMachineMapping${index + 1}="${share}"`, `SharedFolderPathMachineMapping${index + 1}="${path}"`);
    });
    return `${lines.join("\n")}\n`;
  }

  #modify(vm: FakeVm, args: readonly string[]): string {
    if (vm.state !== "poweroff" && vm.state !== "aborted")
      throw new Refusal(`The machine '${vm.name}' is not mutable (state is ${vm.state})`);
    if (args[0] === "--natpf1") return this.#forward(vm, args.slice(1));
    const options = optionsOf(args);
    for (const [option, value] of options) vm.fields.set(option.slice(2).replace("host-only-net", "hostonly-network"), value);
    return "";
  }

  #forward(vm: FakeVm, [first = "", name = ""]: readonly string[]): string {
    if (first === "delete") {
      if (!vm.forwards.delete(name)) throw new Refusal("A NAT rule of this name doesn't exist");
      return "";
    }
    const rule = first.split(",")[0] ?? "";
    if (vm.forwards.has(rule)) throw new Refusal("A NAT rule of this name already exists");
    vm.forwards.set(rule, first);
    return "";
  }

  #attach(vm: FakeVm, options: ReadonlyMap<string, string>): string {
    const [controller = "", port = "", type = "", medium = ""] = ["--storagectl", "--port", "--type", "--medium"].map((o) =>
      options.get(o),
    );
    if (!vm.controllers.has(controller)) throw new Refusal(`Could not find a controller named '${controller}'`);
    if (!existsSync(medium)) throw new Refusal(`Could not find file for the medium '${medium}' (VERR_FILE_NOT_FOUND)`);
    this.#register(medium, type === "hdd" ? "disk" : "dvd");
    vm.fields.set(`${controller}-${port}-0`, medium);
    return "";
  }

  #register(path: string, type: "disk" | "dvd"): void {
    if (!this.media.has(path)) this.media.set(path, { uuid: crypto.randomUUID(), type });
  }

  #startVm(vm: FakeVm): string {
    if (vm.state === "running") throw new Refusal(`The machine '${vm.name}' is already locked by a session`);
    const [adapter = "", net = ""] = ["hostonlyadapter2", "hostonly-network2"].map((field) => vm.fields.get(field));
    if (!this.interfaces.has(adapter) && !this.nets.has(net))
      throw new Refusal("Failed to attach the network LUN (VERR_INTNET_FLT_IF_NOT_FOUND)");
    vm.state = "running";
    return `VM "${vm.name}" has been successfully started.\n`;
  }

  #control(vm: FakeVm, [action = "", ...rest]: readonly string[]): string {
    if (!["running", "paused"].includes(vm.state)) throw new Refusal(`Machine '${vm.name}' is not currently running.`);
    if (action === "natpf1") return this.#forward(vm, rest);
    const after: Record<string, string> = { poweroff: "poweroff", pause: "paused", resume: "running", savestate: "saved" };
    if (action === "acpipowerbutton") {
      if (vm.state === "running" && this.#options.guestsListen !== false) vm.state = "poweroff";
      return "";
    }
    vm.state = after[action] ?? vm.state;
    return "";
  }

  #discardState(vm: FakeVm): string {
    if (vm.state === "saved") vm.state = "poweroff";
    return "";
  }

  async #unregister(vm: FakeVm): Promise<string> {
    if (["running", "paused"].includes(vm.state)) throw new Refusal(`Cannot unregister the machine '${vm.name}' while it is locked`);
    const disk = vm.fields.get("SATA-1-0") ?? "";
    this.media.delete(disk);
    await rm(disk, { force: true });
    await rm(vm.folder, { recursive: true, force: true });
    this.vms.splice(this.vms.indexOf(vm), 1);
    return "";
  }

  #closeMedium(id: string): string {
    for (const [path, { uuid }] of this.media) if (uuid === id || path === id) return this.#forget(path);
    throw new Refusal(`Could not find an open hard disk with UUID {${id}}`);
  }

  #forget(path: string): string {
    this.media.delete(path);
    return "";
  }

  #hostOnlyInterface([action = "", name = "", ...rest]: readonly string[]): string {
    if (action === "create") {
      const made = `vboxnet${this.interfaces.size}`;
      this.interfaces.set(made, { address: `192.168.${56 + this.interfaces.size}.1`, netmask: "255.255.255.0" });
      return `0%...10%...100%\nInterface '${made}' was successfully created\n`;
    }
    const found = this.interfaces.get(name);
    if (found === undefined) throw new Refusal(`The host network interface named '${name}' could not be found`);
    if (action === "remove") this.interfaces.delete(name);
    else found.address = optionsOf(rest).get("--ip") ?? "";
    return "";
  }

  #hostOnlyNet([action = "", ...args]: readonly string[]): string {
    const options = optionsOf(args);
    const name = options.get("--name") ?? "";
    if ((action === "add") === this.nets.has(name))
      throw new Refusal(`Host-only network '${name}' ${action === "add" ? "already exists" : "was not found"}`);
    if (action === "remove") this.nets.delete(name);
    else
      this.nets.set(name, {
        netmask: options.get("--netmask") ?? "",
        lower: options.get("--lower-ip") ?? "",
        upper: options.get("--upper-ip") ?? "",
      });
    return "";
  }

  #dhcpServer([action = "", ...args]: readonly string[]): string {
    const options = optionsOf(args);
    const name = options.get("--netname") ?? `HostInterfaceNetworking-${options.get("--interface")}`;
    if (action === "findlease" && !this.dhcpServers.has(`HostInterfaceNetworking-${options.get("--interface")}`))
      throw new Refusal("DHCP server does not exist");
    if (action === "findlease") return this.#lease(options.get("--mac-address") ?? "");
    if (action === "remove") {
      if (!this.dhcpServers.delete(name)) throw new Refusal("DHCP server does not exist");
      return "";
    }
    if ((action === "add") === this.dhcpServers.has(name)) throw new Refusal("DHCP server already exists");
    const [address = "", lower = "", upper = "", netmask = ""] = ["--ip", "--lowerip", "--upperip", "--netmask"].map((o) => options.get(o));
    this.dhcpServers.set(name, { address, lower, upper, netmask, isEnabled: args.includes("--enable") });
    return "";
  }

  #lease(mac: string): string {
    const index = this.vms.findIndex(({ fields, state }) => fields.get("macaddress2") === mac && state === "running");
    if (index === -1) throw new Refusal(`No lease found for ${mac}`);
    const seconds = Math.floor(Date.now() / 1000);
    return `IP Address:  192.168.59.${100 + index}\nMAC Address: ${mac}\nState:       acked\nIssued:      x (${seconds})\nExpire:      x (${seconds + 600})\n`;
  }

  #setExtraData([, key = "", value]: readonly string[]): string {
    if (key.startsWith("VBoxInternal2/")) return "";
    if (value === undefined) this.extraData.delete(key);
    else this.extraData.set(key, value);
    return "";
  }

  #list(what: string): string {
    if (what === "vms") return this.vms.map(({ name, uuid }) => `"${name}" {${uuid}}\n`).join("");
    if (what === "hostonlyifs")
      return [...this.interfaces].map(([name, { address, netmask }]) => interfaceRecord(name, address, netmask)).join("");
    if (what === "hostonlynets") return [...this.nets].map(([name, net]) => netRecord(name, net)).join("");
    if (what === "dhcpservers") {
      return [...this.dhcpServers]
        .map(
          ([name, { address, lower, upper, netmask, isEnabled }]) =>
            `NetworkName:    ${name}\nDhcpd IP:       ${address}\nLowerIPAddress: ${lower}\nUpperIPAddress: ${upper}\nNetworkMask:    ${netmask}\nEnabled:        ${isEnabled ? "Yes" : "No"}\n\n`,
        )
        .join("");
    }
    const type = what === "dvds" ? "dvd" : "disk";
    const media = [...this.media].filter(([, medium]) => medium.type === type);
    return media.map(([path, { uuid }]) => `UUID:           ${uuid}\nState:          created\nLocation:       ${path}\n\n`).join("");
  }
}

function interfaceRecord(name: string, address: string, netmask: string): string {
  return `Name:            ${name}\nGUID:            786f6276-656e-4074-8000-0a0027000000\nDHCP:            Disabled\nIPAddress:       ${address}\nNetworkMask:     ${netmask}\nStatus:          Up\nVBoxNetworkName: HostInterfaceNetworking-${name}\n\n`;
}

function netRecord(
  name: string,
  { netmask, lower, upper }: { readonly netmask: string; readonly lower: string; readonly upper: string },
): string {
  return `Name:            ${name}\nGUID:            x\n\nState:           Enabled\nNetworkMask:     ${netmask}\nLowerIP:         ${lower}\nUpperIP:         ${upper}\nVBoxNetworkName: hostonly-${name}\n\n`;
}

function optionsOf(args: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  args.forEach((word, index) => {
    if (!word.startsWith("--")) return;
    const [name = "", value] = word.split("=", 2);
    options.set(name, value ?? args[index + 1] ?? "");
  });
  return options;
}
