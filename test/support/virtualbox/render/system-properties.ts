import type { Edition } from "../model/edition.ts";

/** `list systemproperties`, the lines that clients read among them; listSystemProperties() in VBoxManageList.cpp. */
export function systemPropertyLines(machineFolder: string, edition: Edition): string[] {
  const isNew = edition.isAtLeast(7);
  return [
    `API version:                     ${edition.version.split(".").slice(0, 2).join("_")}`,
    "Minimum guest RAM size:          4 Megabytes",
    "Maximum guest RAM size:          2097152 Megabytes",
    "Minimum video RAM size:          0 Megabytes",
    "Maximum video RAM size:          256 Megabytes",
    "Maximum guest monitor count:     64",
    "Minimum guest CPU count:         1",
    "Maximum guest CPU count:         64",
    "Virtual disk limit (info):       2199022206976 Bytes",
    "Maximum Serial Port count:       4",
    "Maximum Parallel Port count:     2",
    "Maximum Boot Position:           4",
    "Maximum PIIX3 Network Adapter count:   8",
    "Maximum ICH9 Network Adapter count:   36",
    "Maximum SATA PIIX3 Controllers:  1",
    "Maximum SATA ICH9 Controllers:   8",
    "Maximum SATA Port count:         30",
    "Maximum Devices per SATA Port:   1",
    `Default machine folder:          ${machineFolder}`,
    "Raw-mode Supported:              no",
    "Exclusive HW virtualization use: on",
    "Default hard disk format:        VDI",
    "VRDE auth library:               VBoxAuth",
    "Webservice auth. library:        VBoxAuth",
    "Remote desktop ExtPack:          ",
    ...(isNew ? ["VM encryption ExtPack:           "] : []),
    "Log history count:               3",
    "Default frontend:                ",
    `Default audio driver:            ${isNew ? "Default" : "PulseAudio"}`,
    "Autostart database path:         ",
    "Default Guest Additions ISO:     /usr/share/virtualbox/VBoxGuestAdditions.iso",
    "Logging Level:                   all",
    "Proxy Mode:                      System",
    "Proxy URL:                       ",
  ];
}
