import { INTERFACE_PREFIX } from "./places.js";

/** @import { Host } from "@docker-machine/driver-sdk" */
/** @import { Places } from "./places.js" */
/** @import { Subnet } from "./subnet.js" */

/**
 * Connects the machine: a network namespace of its own, a cable to this computer, and a way out through it.
 * There is no bridge: each host has a cable and routes of its own, so that machines share nothing which the last one would have to remove.
 *
 * @param {Host} host
 * @param {Places} places
 * @param {string} address
 * @param {Subnet} subnet
 */
export async function connect(host, places, address, subnet) {
  const { namespace, networkInterface } = places;
  const ip = (/** @type {string[]} */ ...args) => host.run("ip", args);
  const ipInside = (/** @type {string[]} */ ...args) => host.run("ip", ["-netns", namespace, ...args]);
  await ip("netns", "add", namespace);
  await ip("link", "add", networkInterface, "type", "veth", "peer", "name", "eth0", "netns", namespace);
  await ip("address", "add", `${subnet.gateway}/32`, "dev", networkInterface);
  await ip("link", "set", networkInterface, "up");
  await ip("route", "add", `${address}/32`, "dev", networkInterface);
  await ipInside("link", "set", "lo", "up");
  await ipInside("address", "add", `${address}/32`, "dev", "eth0");
  await ipInside("link", "set", "eth0", "up");
  await ipInside("route", "add", "default", "via", subnet.gateway, "dev", "eth0", "onlink");
  await host.run("sysctl", ["--quiet", "--write", "net.ipv4.ip_forward=1"]);
  for (const rule of rulesOf(places, address)) {
    if (!(await ruleExists(host, rule))) await iptables(host, rule, "--insert");
  }
}

/**
 * Takes away what {@link connect} made, as far as it is there.
 *
 * @param {Host} host
 * @param {Places} places
 * @param {string} address
 */
export async function disconnect(host, places, address) {
  for (const rule of rulesOf(places, address)) {
    if (await ruleExists(host, rule)) await iptables(host, rule, "--delete");
  }
  const link = await host.run("ip", ["link", "show", "dev", places.networkInterface], { acceptedExitCodes: [0, 1] });
  if (link.exitCode === 0) await host.run("ip", ["link", "delete", places.networkInterface]);
  const { stdout } = await host.run("ip", ["netns", "list"]);
  const names = stdout.split("\n").map((line) => line.split(" ")[0]);
  if (names.includes(places.namespace)) await host.run("ip", ["netns", "delete", places.namespace]);
}

/**
 * @typedef {object} Rule
 * @property {string} table
 * @property {string} chain
 * @property {readonly string[]} match
 */

/**
 * @param {Places} places
 * @param {string} address
 * @returns {readonly Rule[]}
 */
function rulesOf({ networkInterface, id }, address) {
  const mark = ["--match", "comment", "--comment", `docker-machine-nspawn-${id}`];
  return [
    {
      table: "nat",
      chain: "POSTROUTING",
      match: ["--source", `${address}/32`, "!", "--out-interface", `${INTERFACE_PREFIX}+`, ...mark, "--jump", "MASQUERADE"],
    },
    // Docker on this computer, and many firewalls, drop what is forwarded unless a rule says otherwise.
    { table: "filter", chain: "FORWARD", match: ["--in-interface", networkInterface, ...mark, "--jump", "ACCEPT"] },
    { table: "filter", chain: "FORWARD", match: ["--out-interface", networkInterface, ...mark, "--jump", "ACCEPT"] },
  ];
}

/**
 * @param {Host} host
 * @param {Rule} rule
 */
async function ruleExists(host, rule) {
  return (await iptables(host, rule, "--check", [0, 1])).exitCode === 0;
}

/**
 * @param {Host} host
 * @param {Rule} rule
 * @param {"--check" | "--insert" | "--delete"} command
 * @param {readonly number[]} [acceptedExitCodes]
 */
async function iptables(host, { table, chain, match }, command, acceptedExitCodes = [0]) {
  return host.run("iptables", ["--wait", "--table", table, command, chain, ...match], { acceptedExitCodes });
}
