import { invalidOption } from "./invalid-option.js";

/** A folder of this computer that the user wishes to see in the guest. */
export interface SharedFolderWish {
  /** As typed. */
  readonly directory: string;
  /** Where it is seen in the guest. */
  readonly guestPath: string;
}

const FLAG = "qemu-share";

/**
 * Reads a value of `--qemu-share`: `DIR:NAME`, seen as `/NAME` as the driver `virtualbox` does it, or `DIR:/PATH`. The last colon counts, since a folder of Windows has one of its own.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseSharedFolder(text: string): SharedFolderWish {
  const parts = /^(?<directory>.+):(?<target>[^:]+)$/.exec(text)?.groups;
  const { directory = "", target = "" } = parts ?? {};
  const isName = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(target);
  const isPath = /^\/[^\s\\"'#]+$/.test(target) && !target.split("/").includes("..");
  if (!isName && !isPath) {
    throw invalidOption(FLAG, text, "DIR:NAME or DIR:/PATH, without spaces in the guest's path", '--qemu-share "$PWD:/work"');
  }
  return { directory, guestPath: isName ? `/${target}` : target.replace(/(?<=.)\/+$/, "") };
}

/**
 * Checks that each has its form, and that no two are seen at the same path.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkSharedFolders(texts: readonly string[]): void {
  const seen = new Set<string>();
  for (const text of texts) {
    const { guestPath } = parseSharedFolder(text);
    if (seen.has(guestPath))
      throw invalidOption(FLAG, text, `at a path that no other --${FLAG} takes in the guest`, "Give each folder a path of its own.");
    seen.add(guestPath);
  }
}
