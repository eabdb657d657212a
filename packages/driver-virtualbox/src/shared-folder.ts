import { existsSync } from "node:fs";
import { DriverError } from "@docker-machine/driver-sdk";

/** A folder of this computer that VirtualBox offers to the guest. */
export interface SharedFolderWish {
  readonly hostPath: string;
  /** The name it is offered under; it is mounted at `/NAME`. */
  readonly name: string;
}

/**
 * Reads `--virtualbox-share-folder`: `dir:name`. The folder may hold colons, as `C:\src:src` does.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseShareFolder(text: string): SharedFolderWish {
  const colon = text.lastIndexOf(":");
  const hostPath = text.slice(0, Math.max(colon, 0));
  const name = text.slice(colon + 1);
  if (hostPath === "" || !/^[\w.-]+(?:\/[\w.-]+)*$/.test(name) || name.split("/").includes("..")) {
    throw new DriverError("OPTION_INVALID", `--virtualbox-share-folder is ${JSON.stringify(text)}, but it must be dir:name.`, {
      suggestions: ["--virtualbox-share-folder /home/me/src:src", "Names are letters, digits, dots, dashes and underscores"],
    });
  }
  return { hostPath, name };
}

/** The users' home folders of each platform, and the name that the Go program gives them. */
const HOMES: Partial<Record<NodeJS.Platform, SharedFolderWish>> = {
  linux: { hostPath: "/home", name: "hosthome" },
  darwin: { hostPath: "/Users", name: "Users" },
  win32: { hostPath: "C:\\Users", name: "c/Users" },
};

/** The folder to share: the user's wish, else the users' home folders if they exist. `undefined` where nothing is shared. */
export function sharedFolder(
  wish: { readonly noShare: boolean; readonly shareFolder: string },
  platform: NodeJS.Platform = process.platform,
): SharedFolderWish | undefined {
  if (wish.noShare) return undefined;
  if (wish.shareFolder !== "") return parseShareFolder(wish.shareFolder);
  const home = HOMES[platform];
  return home !== undefined && existsSync(home.hostPath) ? home : undefined;
}
