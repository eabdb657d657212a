import { parseRecords } from "./records.js";

/** One of `VBoxManage list dhcpservers`. */
export interface DhcpServer {
  readonly networkName: string;
  readonly address: string;
  readonly lower: string;
  readonly upper: string;
  readonly netmask: string;
  readonly isEnabled: boolean;
}

/** Reads `VBoxManage list dhcpservers` of VirtualBox 6.1 and 7 (`Dhcpd IP`, `LowerIPAddress`) and of those before (`IP`, `lowerIPAddress`). */
export function parseDhcpServers(text: string): readonly DhcpServer[] {
  return parseRecords(text, "NetworkName").map((record) => ({
    networkName: record.get("NetworkName") ?? "",
    address: record.get("Dhcpd IP") ?? record.get("IP") ?? "",
    lower: record.get("LowerIPAddress") ?? record.get("lowerIPAddress") ?? "",
    upper: record.get("UpperIPAddress") ?? record.get("upperIPAddress") ?? "",
    netmask: record.get("NetworkMask") ?? "",
    isEnabled: record.get("Enabled") === "Yes",
  }));
}
