import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Computer } from "./computer.js";
import { hostOnlyAddresses } from "./host-only-cidr.js";
import { chooseRange, type TakenNetwork } from "./host-only-range.js";
import { formatIpv4, formatIpv4Cidr, type Ipv4Cidr, netmaskOf, parseIpv4, prefixOfNetmask } from "./ipv4.js";
import { networksInUse } from "./networks-in-use.js";
import { parseDhcpServers } from "./output/dhcp-servers.js";
import { parseExtraData } from "./output/extra-data.js";
import { type HostOnlyInterface, parseCreatedInterface, parseHostOnlyInterfaces } from "./output/host-only-interfaces.js";
import { allowedRanges } from "./output/networks-conf.js";
import { isAtLeast, parseVersion } from "./output/version.js";
import type { VBoxManage } from "./vboxmanage.js";

/** What is known of an interface that docker-machine made: kept in VirtualBox's own settings, since no single machine owns it. */
const MADE = "docker-machine/hostonly/";
/** The interfaces that were there before one is being made. After a crash, the ones beyond them are the crashed process's. */
const MAKING = "docker-machine/hostonly-making";

/** A mask that VirtualBox on Windows 10 tells of a new interface, whatever it is: docker/machine, `network_test.go`. */
const WRONG_MASK = "15.0.0.0";

/** The host-only interfaces of VirtualBox. Machines share them. Callers hold the lock on them. */
export class HostOnlyInterfaces {
  readonly #vbox: VBoxManage;
  readonly #host: Host;
  readonly #computer: Computer;

  constructor(vbox: VBoxManage, host: Host, computer: Computer) {
    this.#vbox = vbox;
    this.#host = host;
    this.#computer = computer;
  }

  /**
   * The interface with the wished address, made if there is none.
   *
   * @param options.withDhcp whether VirtualBox's DHCP server is set up and on
   * @returns its name, and the addresses it really has
   * @throws {DriverError} `VIRTUALBOX_NETWORK_AMBIGUOUS`, `VIRTUALBOX_RANGE_REFUSED`, `VIRTUALBOX_RANGE_TAKEN`, `VIRTUALBOX_…`
   */
  async ensure(wish: Ipv4Cidr, options: { readonly withDhcp: boolean }): Promise<{ readonly name: string; readonly cidr: Ipv4Cidr }> {
    const existing = await this.#list();
    const found = interfaceAt(existing, wish);
    const making = (await this.#marks()).get(MAKING);
    const leftovers = leftBehind(existing, making);
    if (found !== undefined) {
      if (options.withDhcp) await this.#ensureDhcp(found, wish);
      if (making !== undefined) await this.#adopt(found, leftovers);
      return { name: found.name, cidr: wish };
    }
    const cidr = await this.#choose(
      wish,
      existing.filter(({ name }) => !leftovers.includes(name)),
    );
    const shared = interfaceAt(existing, cidr);
    if (shared === undefined && making === undefined) await this.#setMark(MAKING, existing.map(({ name }) => name).join("|") || "none");
    const used = shared ?? (await this.#make(cidr, leftovers[0]));
    if (options.withDhcp) await this.#ensureDhcp(used, cidr);
    if (shared === undefined) await this.#setMark(MAKING, undefined);
    return { name: used.name, cidr };
  }

  /**
   * Checks that there is such an interface, or that one can be made. Makes nothing.
   *
   * @throws {DriverError} as {@link ensure}
   */
  async check(wish: Ipv4Cidr): Promise<void> {
    const existing = await this.#list();
    if (interfaceAt(existing, wish) !== undefined) return;
    const leftovers = leftBehind(existing, (await this.#marks()).get(MAKING));
    await this.#choose(
      wish,
      existing.filter(({ name }) => !leftovers.includes(name)),
    );
  }

  /** Whether the interface has the address it should have. */
  async isIntact(name: string, cidr: Ipv4Cidr): Promise<boolean> {
    return interfaceAt(await this.#list(), cidr)?.name === name;
  }

  /** Gives the interface its address again. */
  async configure(name: string, cidr: Ipv4Cidr): Promise<void> {
    await this.#vbox.run(["hostonlyif", "ipconfig", name, "--ip", formatIpv4(cidr.address), "--netmask", netmaskOf(cidr)]);
  }

  /** Removes the interfaces that docker-machine made and no virtual machine uses, with their DHCP servers. */
  async removeUnused(): Promise<void> {
    const marks = await this.#marks();
    const ours = [...marks.keys()].filter((key) => key.startsWith(MADE)).map((key) => key.slice(MADE.length));
    if (ours.length === 0 && !marks.has(MAKING)) return;
    const existing = await this.#list();
    const candidates = [...new Set([...ours, ...leftBehind(existing, marks.get(MAKING))])];
    const used = await networksInUse(this.#vbox, this.#host);
    for (const name of candidates.filter((candidate) => !used.has(candidate))) {
      await this.#remove(
        name,
        existing.find((item) => item.name === name),
      );
    }
    if (marks.has(MAKING)) await this.#setMark(MAKING, undefined);
  }

  /** Ends what a crashed process began, so that an interface which the user makes later is not taken for one of its. */
  async #adopt({ name }: HostOnlyInterface, leftovers: readonly string[]): Promise<void> {
    if (leftovers.includes(name)) await this.#setMark(`${MADE}${name}`, "1");
    if (leftovers.every((leftover) => leftover === name)) await this.#setMark(MAKING, undefined);
  }

  async #list(): Promise<readonly HostOnlyInterface[]> {
    return parseHostOnlyInterfaces(await this.#vbox.run(["list", "hostonlyifs"]));
  }

  async #choose(wish: Ipv4Cidr, existing: readonly HostOnlyInterface[]): Promise<Ipv4Cidr> {
    const restricted = this.#computer.platform !== "win32" && (await this.#restrictsRanges());
    const allowed = restricted ? allowedRanges(this.#computer.networksConf()) : undefined;
    const names = new Set(existing.map(({ name }) => name));
    const taken = [
      ...this.#computer.localNetworks().filter(({ name }) => !names.has(name)),
      ...existing.flatMap((item) => networkOfInterface(item)),
    ];
    const cidr = chooseRange(wish, { allowed, taken });
    if (formatIpv4Cidr(cidr) !== formatIpv4Cidr(wish)) {
      this.#host.log.info(`The host-only network is at ${formatIpv4Cidr(cidr)}, since ${formatIpv4Cidr(wish)} can't be used.`);
    }
    return cidr;
  }

  /** Since 6.1.28: the manual, chapter "Host-Only Networking". */
  async #restrictsRanges(): Promise<boolean> {
    const version = parseVersion(await this.#vbox.run(["--version"]));
    return version === undefined || isAtLeast(version, 6, 1, 28);
  }

  async #make(cidr: Ipv4Cidr, leftover: string | undefined): Promise<HostOnlyInterface> {
    const name = leftover ?? (await this.#create());
    await this.configure(name, cidr);
    await this.#setMark(`${MADE}${name}`, "1");
    return { name, address: formatIpv4(cidr.address), netmask: netmaskOf(cidr), networkName: `HostInterfaceNetworking-${name}` };
  }

  async #create(): Promise<string> {
    this.#host.log.info("Creating a host-only network interface...");
    const said = await this.#vbox.run(["hostonlyif", "create"]);
    const name = parseCreatedInterface(said);
    if (name !== undefined) return name;
    throw new DriverError("VIRTUALBOX_NETWORK_BROKEN", `VirtualBox did not tell which host-only interface it made: ${said.trim()}`, {
      suggestions: ["VBoxManage list hostonlyifs"],
    });
  }

  async #ensureDhcp({ networkName }: HostOnlyInterface, cidr: Ipv4Cidr): Promise<void> {
    const { server, lower, upper } = hostOnlyAddresses(cidr);
    const found = parseDhcpServers(await this.#vbox.run(["list", "dhcpservers"])).find((item) => item.networkName === networkName);
    const isFit = found?.isEnabled === true && [found.address, found.lower, found.upper].every((address) => isIn(address, cidr));
    if (isFit) return;
    const command = found === undefined ? "add" : "modify";
    const range = ["--ip", server, "--netmask", netmaskOf(cidr), "--lowerip", lower, "--upperip", upper];
    await this.#vbox.run(["dhcpserver", command, "--netname", networkName, ...range, "--enable"]);
  }

  async #remove(name: string, item: HostOnlyInterface | undefined): Promise<void> {
    const networkName = item?.networkName ?? `HostInterfaceNetworking-${name}`;
    const servers = parseDhcpServers(await this.#vbox.run(["list", "dhcpservers"]));
    if (servers.some((server) => server.networkName === networkName))
      await this.#vbox.run(["dhcpserver", "remove", "--netname", networkName]);
    if (item !== undefined) await this.#vbox.run(["hostonlyif", "remove", name]);
    await this.#setMark(`${MADE}${name}`, undefined);
  }

  async #marks(): Promise<ReadonlyMap<string, string>> {
    return parseExtraData(await this.#vbox.run(["getextradata", "global", "enumerate"]));
  }

  async #setMark(key: string, value: string | undefined): Promise<void> {
    await this.#vbox.run(["setextradata", "global", key, ...(value === undefined ? [] : [value])]);
  }
}

function interfaceAt(interfaces: readonly HostOnlyInterface[], cidr: Ipv4Cidr): HostOnlyInterface | undefined {
  const found = interfaces.filter(({ address }) => parseIpv4(address) === cidr.address);
  if (found.length > 1) {
    const names = found.map(({ name }) => name);
    throw new DriverError(
      "VIRTUALBOX_NETWORK_AMBIGUOUS",
      `Several host-only interfaces have the address ${formatIpv4(cidr.address)}: ${names.join(", ")}. Machines behind them can't be reached.`,
      { suggestions: names.slice(1).map((name) => `VBoxManage hostonlyif remove ${JSON.stringify(name)}`) },
    );
  }
  return found.find(({ netmask }) => netmask === WRONG_MASK || prefixOfNetmask(netmask) === cidr.prefix);
}

function networkOfInterface({ name, address, netmask }: HostOnlyInterface): TakenNetwork[] {
  const parsed = parseIpv4(address);
  const prefix = prefixOfNetmask(netmask);
  return parsed === undefined || parsed === 0 || prefix === undefined
    ? []
    : [{ name, cidr: { address: parsed, prefix }, isHostOnly: true }];
}

/** The interfaces that a crashed process made and didn't come to mark. */
function leftBehind(existing: readonly HostOnlyInterface[], before: string | undefined): string[] {
  if (before === undefined) return [];
  const known = new Set(before.split("|"));
  return existing.map(({ name }) => name).filter((name) => !known.has(name));
}

function isIn(address: string, cidr: Ipv4Cidr): boolean {
  const parsed = parseIpv4(address);
  return parsed !== undefined && Math.floor(parsed / 2 ** (32 - cidr.prefix)) === Math.floor(cidr.address / 2 ** (32 - cidr.prefix));
}
