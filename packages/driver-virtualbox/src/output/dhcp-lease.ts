import { parseRecords } from "./records.js";

/** A lease of VirtualBox's DHCP server. */
export interface DhcpLease {
  readonly address: string;
  /** When the guest asked last, in seconds since 1970. */
  readonly issuedAt: number;
}

/** The lease that `VBoxManage dhcpserver findlease` tells; `undefined` if it was never acknowledged or is over. */
export function parseDhcpLease(text: string): DhcpLease | undefined {
  const [lease] = parseRecords(text, "IP Address");
  const address = lease?.get("IP Address") ?? "";
  const issuedAt = Number(/\((\d+)\)/.exec(lease?.get("Issued") ?? "")?.[1] ?? 0);
  return lease?.get("State") === "acked" && address !== "" ? { address, issuedAt } : undefined;
}
