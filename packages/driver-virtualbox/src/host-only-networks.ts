import type { Host } from "@docker-machine/driver-sdk";
import type { Computer } from "./computer.js";
import { HostOnlyInterfaces } from "./host-only-interfaces.js";
import { HostOnlyNets } from "./host-only-nets.js";
import type { Ipv4Cidr } from "./ipv4.js";
import { isAtLeast, parseVersion } from "./output/version.js";
import type { VBoxManage } from "./vboxmanage.js";

/** A host-only network for a virtual machine's second card. */
export interface HostOnlyNetwork {
  readonly name: string;
  /** This computer's address in it, and its size. */
  readonly cidr: Ipv4Cidr;
  /** What attaches the second card to it: arguments of `VBoxManage modifyvm`. */
  readonly cardArguments: readonly string[];
}

/** The host-only networks of VirtualBox: interfaces, or what macOS has instead since VirtualBox 7. Callers hold the lock on them. */
export class HostOnlyNetworks {
  readonly #vbox: VBoxManage;
  readonly #computer: Computer;
  readonly #interfaces: HostOnlyInterfaces;
  readonly #nets: HostOnlyNets;

  constructor(vbox: VBoxManage, host: Host, computer: Computer) {
    this.#vbox = vbox;
    this.#computer = computer;
    this.#interfaces = new HostOnlyInterfaces(vbox, host, computer);
    this.#nets = new HostOnlyNets(vbox, host);
  }

  /**
   * Checks that there is such a network, or that one can be made. Makes nothing.
   *
   * @throws {DriverError} as {@link ensure}
   */
  async check(wish: Ipv4Cidr): Promise<void> {
    if (await this.#usesNets()) await this.#vbox.run(["list", "hostonlynets"]);
    else await this.#interfaces.check(wish);
  }

  /**
   * The network with the wished address, made if there is none.
   *
   * @throws {DriverError} `VIRTUALBOX_NETWORK_AMBIGUOUS`, `VIRTUALBOX_RANGE_REFUSED`, `VIRTUALBOX_RANGE_TAKEN`, `VIRTUALBOX_…`
   */
  async ensure(wish: Ipv4Cidr, options: { readonly withDhcp: boolean }): Promise<HostOnlyNetwork> {
    if (await this.#usesNets()) {
      const net = await this.#nets.ensure(wish);
      return { ...net, cardArguments: ["--nic2", "hostonlynet", "--host-only-net2", net.name] };
    }
    const made = await this.#interfaces.ensure(wish, options);
    return { ...made, cardArguments: ["--nic2", "hostonly", "--hostonlyadapter2", made.name] };
  }

  /** Whether a network has its address. Starting a virtual machine loses it now and then, on Windows above all. */
  async isIntact({ name, cidr }: HostOnlyNetwork): Promise<boolean> {
    return (await this.#usesNets()) || (await this.#interfaces.isIntact(name, cidr));
  }

  /** Gives a network its address again. */
  async repair({ name, cidr }: HostOnlyNetwork): Promise<void> {
    await this.#interfaces.configure(name, cidr);
  }

  /**
   * Removes the networks that docker-machine made and no virtual machine uses.
   * On Windows they stay, as the Go program's do everywhere: each change asks for the administrator's consent there.
   */
  async removeUnused(): Promise<void> {
    if (this.#computer.platform === "win32") return;
    if (await this.#usesNets()) await this.#nets.removeUnused();
    else await this.#interfaces.removeUnused();
  }

  async #usesNets(): Promise<boolean> {
    if (this.#computer.platform !== "darwin") return false;
    const version = parseVersion(await this.#vbox.run(["--version"]));
    return version !== undefined && isAtLeast(version, 7);
  }
}
