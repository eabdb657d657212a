import type { ForwardingRule } from "../model/machine.ts";

/** The human monitor's command that adds or removes a NAT rule of the adapter in a slot. */
export function forwardingCommand(verb: "add" | "remove", slot: number, rule: ForwardingRule): string {
  const host = `${rule.protocol}:${rule.hostAddress}:${rule.hostPort}`;
  return verb === "remove" ? `hostfwd_remove net${slot} ${host}` : `hostfwd_add net${slot} ${host}-${rule.guestAddress}:${rule.guestPort}`;
}
