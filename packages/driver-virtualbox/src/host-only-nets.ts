import type { Host } from "@docker-machine/driver-sdk";
import { hostOnlyAddresses } from "./host-only-cidr.js";
import { formatIpv4, type Ipv4Cidr, netmaskOf, overlap, parseIpv4 } from "./ipv4.js";
import { networksInUse } from "./networks-in-use.js";
import { parseHostOnlyNets } from "./output/host-only-nets.js";
import type { VBoxManage } from "./vboxmanage.js";

/** Such a network's name tells whose it is. */
const PREFIX = "docker-machine-";

/** The host-only networks of VirtualBox 7 on macOS, where there are no host-only interfaces. Machines share them. Callers hold the lock on them. */
export class HostOnlyNets {
  readonly #vbox: VBoxManage;
  readonly #host: Host;

  constructor(vbox: VBoxManage, host: Host) {
    this.#vbox = vbox;
    this.#host = host;
  }

  /** The name of the network with the wished addresses, made if there is none. Its DHCP server can't be left out. */
  async ensure(wish: Ipv4Cidr): Promise<{ readonly name: string; readonly cidr: Ipv4Cidr }> {
    const nets = parseHostOnlyNets(await this.#vbox.run(["list", "hostonlynets"]));
    const found = nets.find(({ lower, isEnabled }) => isEnabled && holds(wish, lower));
    if (found !== undefined) return { name: found.name, cidr: wish };
    const name = `${PREFIX}${formatIpv4(wish.address)}`;
    this.#host.log.info("Creating a host-only network...");
    const { lower, upper } = hostOnlyAddresses(wish);
    const command = nets.some((net) => net.name === name) ? "modify" : "add";
    await this.#vbox.run([
      "hostonlynet",
      command,
      "--name",
      name,
      "--netmask",
      netmaskOf(wish),
      "--lower-ip",
      lower,
      "--upper-ip",
      upper,
      "--enable",
    ]);
    return { name, cidr: wish };
  }

  /** Removes the networks that docker-machine made and no virtual machine uses. */
  async removeUnused(): Promise<void> {
    const nets = parseHostOnlyNets(await this.#vbox.run(["list", "hostonlynets"]));
    const ours = nets.filter(({ name }) => name.startsWith(PREFIX));
    if (ours.length === 0) return;
    const used = await networksInUse(this.#vbox, this.#host);
    for (const { name } of ours) {
      if (!used.has(name)) await this.#vbox.run(["hostonlynet", "remove", "--name", name]);
    }
  }
}

function holds(wish: Ipv4Cidr, address: string): boolean {
  const parsed = parseIpv4(address);
  return parsed !== undefined && overlap(wish, { address: parsed, prefix: 32 });
}
