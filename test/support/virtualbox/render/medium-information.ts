import { existsSync, statSync } from "node:fs";
import { mediumState } from "../model/media.ts";
import { usersOf } from "../model/service.ts";
import type { Medium, ServiceState } from "../model/service-state.ts";

/** What showMediumInfo() in VBoxManageDisk.cpp prints; `list hdds` is the short form of it. */
export function mediumLines(state: ServiceState, medium: Medium, { isLong }: { isLong: boolean }): string[] {
  const users = usersOf(state, medium);
  const size = existsSync(medium.location) ? statSync(medium.location).blocks * 512 : 0;
  const variant = medium.kind === "hdd" ? `${medium.variant} default` : "fixed default";
  return [
    `UUID:           ${medium.id}`,
    ...(medium.kind === "hdd" ? ["Parent UUID:    base"] : []),
    `State:          ${mediumState(state, medium)}`,
    `Type:           ${medium.type}${medium.kind === "hdd" ? " (base)" : ""}`,
    `Location:       ${medium.location}`,
    `Storage format: ${medium.format}`,
    ...(isLong ? [`Format variant: ${variant}`] : []),
    `Capacity:       ${Math.floor(medium.capacity / 2 ** 20)} MBytes`,
    ...(isLong ? [`Size on disk:   ${Math.floor(size / 2 ** 20)} MBytes`] : []),
    "Encryption:     disabled",
    ...(isLong && medium.format === "VDI" ? ["Property:       AllocationBlockSize=1048576"] : []),
    ...(isLong ? users.map(({ name, id }, index) => `${index === 0 ? "In use by VMs:  " : " ".repeat(16)}${name} (UUID: ${id})`) : []),
  ];
}
