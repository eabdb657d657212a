import { existsSync } from "node:fs";
import { join, win32 } from "node:path";

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
export function findVBoxManage({ platform = process.platform, env = process.env, exists = existsSync }: VBoxManagePlace = {}): string {
  if (platform === "win32") {
    const candidates = WINDOWS_PLACES.flatMap(([variable, below]) => {
      const folder = env[variable];
      return folder === undefined || folder === "" ? [] : [win32.join(folder, below, "VBoxManage.exe")];
    });
    return candidates.find(exists) ?? "VBoxManage.exe";
  }
  const { PATH = "" } = env;
  const onPath = PATH.split(":").some((folder) => folder !== "" && exists(join(folder, "VBoxManage")));
  const bundled = join(MAC_PLACE, "VBoxManage");
  return platform === "darwin" && !onPath && exists(bundled) ? bundled : "VBoxManage";
}
