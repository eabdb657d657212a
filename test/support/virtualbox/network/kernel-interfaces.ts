import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { prefixOf } from "./addresses.ts";

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Whether the kernel has an interface of that name, whoever made it. */
export function isInterface(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** Makes a host-only interface: a bridge, onto which the machines' taps go. */
export function addInterface(name: string, hardwareAddress: string): void {
  ip("link", "add", name, "address", hardwareAddress, "type", "bridge", "stp_state", "0", "forward_delay", "0");
}

/** Gives an interface its only IPv4 address, and raises it. */
export function setAddress(name: string, address: string, netmask: string): void {
  ip("-4", "address", "flush", "dev", name);
  ip("address", "add", `${address}/${prefixOf(netmask) ?? 24}`, "dev", name);
  ip("link", "set", name, "up");
}

/** Takes an interface away. */
export function removeInterface(name: string): void {
  if (isInterface(name)) ip("link", "delete", name);
}

/** Puts a machine's tap onto an interface. */
export function plugTap(tap: string, name: string): void {
  ip("link", "set", tap, "master", name);
  ip("link", "set", tap, "up");
  ip("link", "set", name, "up");
}
