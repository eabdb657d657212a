import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processStart } from "../model/processes.ts";
import type { DhcpServer } from "../model/service-state.ts";

/** VirtualBox's default lease, ten minutes (DHCPD Config). */
const LEASE_SECONDS = 600;

/** Where a network's leases are kept. */
function leaseFile(home: string, network: string): string {
  return join(home, `${network.replaceAll(/[^\w.-]/g, "_")}.leases`);
}

/**
 * Starts the server of a network, as VirtualBox does with the first machine on it. It hands out no router and no name server, as
 * VirtualBox's does on host-only networks. Other than there, its own address is the interface's.
 */
export function startDhcp(home: string, server: DhcpServer, device: string): void {
  if (server.process !== undefined && isAlive(server.process)) return;
  const args = [
    ...[
      "--dhcp-authoritative",
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--no-ping",
      "--port=0",
      "--user=root",
      "--pid-file=",
    ],
    `--interface=${device}`,
    "--bind-interfaces",
    "--except-interface=lo",
    `--dhcp-range=${server.lower},${server.upper},${server.netmask},${LEASE_SECONDS}`,
    "--dhcp-option=3",
    "--dhcp-option=6",
    `--dhcp-leasefile=${leaseFile(home, server.network)}`,
    `--log-facility=${join(home, "run", `${device}.dhcp.log`)}`,
  ];
  const child = spawn("dnsmasq", args, { stdio: "ignore", detached: true });
  child.unref();
  if (child.pid !== undefined) server.process = { pid: child.pid, started: processStart(child.pid) ?? "" };
}

/** A lease by MAC address: what dnsmasq's lease file says. */
export function findLease(home: string, network: string, mac: string): { address: string; expires: number } | undefined {
  const path = leaseFile(home, network);
  if (!existsSync(path)) return undefined;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [expires, owner, address] = line.split(" ");
    if (owner?.toLowerCase() === mac.toLowerCase() && address !== undefined) return { address, expires: Number(expires) };
  }
  return undefined;
}
