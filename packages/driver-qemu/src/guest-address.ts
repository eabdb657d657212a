import { readFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { type Host, waitFor } from "@docker-machine/driver-sdk";
import type { QemuMachine } from "./machine.js";
import { machineFiles } from "./machine-files.js";
import { fixedAddress } from "./network.js";

/** A guest with TCG takes most of a minute to its network, one with KVM some seconds. */
const TIMEOUT_MS = 5 * 60_000;
/** Where macOS's DHCP server, which serves vmnet's networks, keeps its leases. */
const MACOS_LEASES = "/var/db/dhcpd_leases";

/**
 * Finds out the address of a guest on a network of this computer, and saves it: the one the user has fixed, or the one that DHCP gave it. That is told by
 * cloud-init on the guest's console at each boot; by macOS's list of leases; and by this computer's table of neighbours, once they have talked with each other.
 * A change while the guest runs goes unnoticed until the next start.
 *
 * @throws {DriverError} `GUEST_ADDRESS_UNKNOWN`
 */
export async function learnAddress(machine: QemuMachine, host: Host): Promise<void> {
  const address = fixedAddress(machine.options) ?? (await waitForAddress(machine, host));
  if (machine.state.IPAddress !== address) await machine.persist({ IPAddress: address });
}

async function waitForAddress({ state: { MacAddress = "" }, directory }: QemuMachine, host: Host): Promise<string> {
  host.progress("Waiting for the machine's address");
  return waitFor(host, () => findAddress(MacAddress, machineFiles(directory).console, host), {
    description: `an address of ${MacAddress}, which the guest's console or this computer's neighbours tell; --qemu-network-address fixes one`,
    timeoutMs: TIMEOUT_MS,
    intervalMs: 1000,
    timeoutCode: "GUEST_ADDRESS_UNKNOWN",
  });
}

async function findAddress(macAddress: string, consolePath: string, host: Host): Promise<string | undefined> {
  return (
    addressOnConsole(await textOf(consolePath), macAddress) ??
    (process.platform === "darwin" ? addressInLeases(await textOf(MACOS_LEASES), macAddress) : undefined) ??
    addressOfNeighbour(await neighbours(host), macAddress)
  );
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

async function neighbours(host: Host): Promise<string> {
  const [program, ...args] = process.platform === "linux" ? (["ip", "-4", "neigh", "show"] as const) : (["arp", "-a"] as const);
  const { stdout } = await host.run(program, args, { acceptedExitCodes: [0, 1, 255], timeoutMs: 10_000 });
  return stdout;
}

/**
 * The address in the table that cloud-init prints at each boot (its `netinfo.py`):
 * `ci-info: | ens3 | True | 192.0.2.7 | 255.255.255.0 | global | 52:54:00:12:34:56 |`. The last one counts.
 */
export function addressOnConsole(text: string, macAddress: string): string | undefined {
  const rows = text.matchAll(
    /ci-info: \|[^|\n]*\|\s*True\s*\|\s*(?<address>[\d.]+)\s*\|[^|\n]*\|\s*global\s*\|\s*(?<mac>[\da-fA-F:]+)\s*\|/g,
  );
  return lastAddress(rows, macAddress);
}

/** The address in macOS's list of leases: blocks with `ip_address=192.168.64.3` and `hw_address=1,52:54:0:12:34:56`, without leading zeros. */
export function addressInLeases(text: string, macAddress: string): string | undefined {
  const rows = text.matchAll(/ip_address=(?<address>[\d.]+)\s+hw_address=\d+,(?<mac>[\da-fA-F:]+)/g);
  return lastAddress(rows, macAddress);
}

/**
 * The address in what `ip neigh show` prints (`192.0.2.7 dev br0 lladdr 52:54:00:12:34:56 REACHABLE`), or `arp -a`
 * (`? (192.0.2.7) at 52:54:0:12:34:56 on bridge100` on macOS, `192.0.2.7  52-54-00-12-34-56  dynamic` on Windows).
 */
export function addressOfNeighbour(text: string, macAddress: string): string | undefined {
  const rows = text.matchAll(
    /(?<address>\d+\.\d+\.\d+\.\d+)\)?[ \t](?:[^\n]*?[ \t])?(?<mac>[\da-fA-F]{1,2}(?:[:-][\da-fA-F]{1,2}){5})(?![^\n]*FAILED)/g,
  );
  return lastAddress(rows, macAddress);
}

function lastAddress(rows: Iterable<RegExpMatchArray>, macAddress: string): string | undefined {
  const wanted = plain(macAddress);
  return [...rows].findLast(({ groups }) => plain(groups?.mac ?? "") === wanted && isIPv4(groups?.address ?? ""))?.groups?.address;
}

/** A MAC address in lower case, with colons and leading zeros. */
function plain(macAddress: string): string {
  return macAddress
    .toLowerCase()
    .split(/[:-]/)
    .map((byte) => byte.padStart(2, "0"))
    .join(":");
}
