import { existsSync } from "node:fs";
import { join, posix, win32 } from "node:path";

/** Where to look for VBoxManage. */
export interface VBoxManagePlace {
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly exists?: (path: string) => boolean;
}

/** VirtualBox's installer writes the first (older releases: the second); the last is where it installs unless told otherwise. */
const WINDOWS_PLACES = [
  ["VBOX_MSI_INSTALL_PATH", ""],
  ["VBOX_INSTALL_PATH", ""],
  ["ProgramFiles", "Oracle\\VirtualBox"],
] as const;

const MAC_PLACE = "/Applications/VirtualBox.app/Contents/MacOS";

/** VBoxManage's full path where it is known to be outside PATH, else its name, to be looked up on PATH. */
export function findVBoxManage(place: VBoxManagePlace = {}): string {
  const { platform = process.platform } = place;
  const known = isOnPath(place) && platform !== "win32" ? undefined : outsidePath(place);
  return known ?? programName(platform);
}

/** Whether VBoxManage is on this computer. Runs nothing. */
export function hasVBoxManage(place: VBoxManagePlace = {}): boolean {
  return isOnPath(place) || outsidePath(place) !== undefined;
}

function outsidePath({ platform = process.platform, env = process.env, exists = existsSync }: VBoxManagePlace): string | undefined {
  if (platform === "darwin") return [join(MAC_PLACE, "VBoxManage")].find(exists);
  if (platform !== "win32") return undefined;
  const candidates = WINDOWS_PLACES.flatMap(([variable, below]) => {
    const folder = env[variable];
    return folder === undefined || folder === "" ? [] : [win32.join(folder, below, "VBoxManage.exe")];
  });
  return candidates.find(exists);
}

function isOnPath({ platform = process.platform, env = process.env, exists = existsSync }: VBoxManagePlace): boolean {
  const path = platform === "win32" ? win32 : posix;
  const { PATH, Path } = env;
  const folders = (PATH ?? Path ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => exists(path.join(folder, programName(platform))));
}

function programName(platform: NodeJS.Platform): string {
  return platform === "win32" ? "VBoxManage.exe" : "VBoxManage";
}
