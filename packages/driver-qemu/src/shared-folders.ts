import { resolve } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";
import { findVirtiofsd } from "./find-virtiofsd.js";
import { machineFiles } from "./machine-files.js";
import type { QemuOptions } from "./options.js";
import { parseSharedFolder } from "./shared-folder-option.js";
import type { SharedFolderState } from "./state.js";
import type { Share } from "./virtual-machine.js";

/** A socket's path, its end included, must fit into 104 bytes on macOS and 108 on Linux (unix(4), unix(7)). */
const LONGEST_SOCKET_PATH_BYTES = 103;

/**
 * Decides how the folders that the user wishes for are shared. virtiofs is faster, and more kernels know it; but its program serves files of all users only as root,
 * and runs on Linux only.
 *
 * @throws {DriverError} `SHARE_UNSUPPORTED`, `VIRTIOFSD_MISSING`
 */
export async function planSharedFolders(options: QemuOptions, directory: string): Promise<readonly SharedFolderState[]> {
  const Type = await chooseType(options.shareType, directory);
  return options.sharedFolders.map((text, index) => {
    const { directory: folder, guestPath } = parseSharedFolder(text);
    return { Directory: resolve(folder), Tag: `share${index}`, GuestPath: guestPath, Type };
  });
}

async function chooseType(wish: string, directory: string): Promise<SharedFolderState["Type"]> {
  if (process.platform === "win32")
    throw unsupported("QEMU can't share folders on Windows.", "docker-machine mount MACHINE:FOLDER ANOTHER_FOLDER");
  const socketPath = machineFiles(directory).shareSocket(0);
  const hinders =
    process.platform !== "linux"
      ? "virtiofs exists on Linux only."
      : Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH_BYTES
        ? `The path ${socketPath} is too long for a socket.`
        : undefined;
  if (wish === "virtiofs") {
    if (hinders !== undefined) throw unsupported(hinders, "--qemu-share-type 9p");
    await findVirtiofsd();
    return "virtiofs";
  }
  if (wish === "9p" || hinders !== undefined || process.getuid?.() !== 0) return "9p";
  return findVirtiofsd().then(
    () => "virtiofs",
    () => "9p",
  );
}

/** The folders, as QEMU is told about them. */
export function offeredShares(folders: readonly SharedFolderState[], directory: string): readonly Share[] {
  const files = machineFiles(directory);
  return folders.map(({ Directory, Tag: tag, Type: type }, index) =>
    type === "9p" ? { type, tag, directory: Directory } : { type, tag, socketPath: files.shareSocket(index) },
  );
}

function unsupported(message: string, suggestion: string): DriverError {
  return new DriverError("SHARE_UNSUPPORTED", message, { suggestions: [suggestion, "Leave --qemu-share out."] });
}
