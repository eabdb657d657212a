import { DriverError, type Host, isDriverError, type SshEndpoint, waitFor } from "@docker-machine/driver-sdk";
import { type DhcpLease, parseDhcpLease } from "./output/dhcp-lease.js";
import { addressOfCard } from "./output/ip-addr.js";
import type { HostOnlyCard } from "./output/vm-info.js";
import type { VBoxManage } from "./vboxmanage.js";
import type { VirtualMachine } from "./virtual-machine.js";
import { statusOfState } from "./vm-status.js";

/** A guest without hardware virtualization needs minutes to boot. */
const BOOT_TIMEOUT_MS = 600_000;
const SSH_TIMEOUT_MS = 30_000;
/** How often VirtualBox's DHCP server is asked before the guest is, which takes seconds while it boots. */
const LEASE_TRIES_PER_LOGIN = 8;

/** Where a virtual machine's address is looked for. */
export interface AddressQuery {
  readonly vbox: VBoxManage;
  readonly host: Host;
  readonly vm: VirtualMachine;
  readonly machineName: string;
  readonly ssh: () => Promise<SshEndpoint>;
  /** Leases from before, in seconds since 1970, are of an earlier boot. Default: any lease counts. */
  readonly since?: number;
}

/**
 * Waits until the guest has its address in the host-only network.
 *
 * @throws {DriverError} `VIRTUALBOX_ADDRESS_MISSING`; `VIRTUALBOX_VM_STOPPED` if it ends meanwhile; `VIRTUALBOX_NETWORK_BROKEN`
 */
export async function waitForAddress(query: AddressQuery): Promise<string> {
  let tries = 0;
  return waitFor(
    query.host,
    () => {
      tries += 1;
      return findAddress(query, tries % LEASE_TRIES_PER_LOGIN === 0 ? "lease-and-login" : "lease");
    },
    {
      description: `the address of "${query.machineName}" in its host-only network`,
      timeoutMs: BOOT_TIMEOUT_MS,
      maxIntervalMs: 2000,
      timeoutCode: "VIRTUALBOX_ADDRESS_MISSING",
    },
  );
}

/**
 * The guest's address in the host-only network now: what VirtualBox's DHCP server gave it, or what the guest says over SSH.
 *
 * @param way `lease` logs in only where there is no DHCP server of VirtualBox to ask
 * @throws {DriverError} `VIRTUALBOX_VM_STOPPED`, `VIRTUALBOX_VM_MISSING`, `VIRTUALBOX_NETWORK_BROKEN`
 */
export async function findAddress(query: AddressQuery, way: "lease" | "lease-and-login"): Promise<string | undefined> {
  const card = await runningCard(query);
  const lease = await findLease(query, card);
  if (lease !== "no-server" && lease !== undefined && lease.issuedAt >= (query.since ?? 0)) return lease.address;
  return lease === "no-server" || way === "lease-and-login" ? askGuest(query, card) : undefined;
}

async function runningCard({ vm, machineName }: AddressQuery): Promise<HostOnlyCard> {
  const info = await vm.mustExist();
  const status = statusOfState(info.state);
  if (!["Running", "Starting"].includes(status)) {
    throw new DriverError(
      "VIRTUALBOX_VM_STOPPED",
      `The virtual machine of "${machineName}" does not run: it is ${info.state || "unreadable"}.`,
      {
        suggestions: [`docker-machine start ${machineName}`, `Look into VirtualBox's log: VBoxManage showvminfo ${info.uuid} --log 0`],
      },
    );
  }
  if (info.hostOnly !== undefined) return info.hostOnly;
  throw new DriverError("VIRTUALBOX_NETWORK_BROKEN", `The virtual machine of "${machineName}" has no card in a host-only network.`, {
    suggestions: [`docker-machine stop ${machineName} && docker-machine start ${machineName}`],
  });
}

/** `dhcpserver findlease` fails while there is no lease, or no file of leases yet. */
async function findLease({ vbox }: AddressQuery, { network, macAddress }: HostOnlyCard): Promise<DhcpLease | undefined | "no-server"> {
  try {
    return parseDhcpLease(await vbox.run(["dhcpserver", "findlease", `--interface=${network}`, `--mac-address=${macAddress}`]));
  } catch (error) {
    if (!isDriverError(error) || !["VIRTUALBOX_COMMAND_FAILED", "VIRTUALBOX_MEDIUM_MISSING"].includes(error.code)) throw error;
    return /DHCP server .*not|does not exist|exit code 2\)/i.test(error.message) ? "no-server" : undefined;
  }
}

async function askGuest({ host, ssh }: AddressQuery, { macAddress }: HostOnlyCard): Promise<string | undefined> {
  try {
    const { stdout } = await host.runOverSsh(await ssh(), ["ip", "addr", "show"], { timeoutMs: SSH_TIMEOUT_MS });
    return addressOfCard(stdout, macAddress);
  } catch (error) {
    if (isDriverError(error) && (error.code === "OPERATION_ABORTED" || error.code === "SSH_HOST_KEY_CHANGED")) throw error;
    host.log.debug(`The guest does not tell its address: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
