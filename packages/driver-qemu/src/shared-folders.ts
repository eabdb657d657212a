import { resolve } from "node:path";
import type { Host } from "@docker-machine/driver-sdk";
import type { QemuMachine } from "./machine.js";
import { machineFiles } from "./machine-files.js";
import type { QemuOptions } from "./options.js";
import { parseSharedFolder } from "./shared-folder-option.js";
import type { SharedFolderState } from "./state.js";
import type { Share } from "./virtual-machine.js";

export async function planSharedFolders(options: QemuOptions): Promise<readonly SharedFolderState[]> {
  return options.sharedFolders.map((text, index) => {
    const { directory, guestPath } = parseSharedFolder(text);
    return { Directory: resolve(directory), Tag: `share${index}`, GuestPath: guestPath, Type: "9p" };
  });
}

export function offeredShares(folders: readonly SharedFolderState[], directory: string): readonly Share[] {
  return folders.map(({ Directory, Tag, Type }, index) =>
    Type === "9p"
      ? { type: Type, tag: Tag, directory: Directory }
      : { type: Type, tag: Tag, socketPath: machineFiles(directory).shareSocket(index) },
  );
}

export async function serveSharedFolders(_machine: QemuMachine, _host: Host): Promise<void> {}
