/** Where a file is, as a user typed it. */
export interface FileLocation {
  /** `undefined`: on this computer. */
  readonly machine: string | undefined;
  /** The user to log in as, if one was named. */
  readonly user: string | undefined;
  readonly path: string;
}

/** Who this computer is in `localhost:PATH`, as the Go program has it; unless a machine has that name. */
export const THIS_COMPUTER = "localhost";

/**
 * Reads `[[USER@]MACHINE:]PATH`. As with scp, a colon behind a slash, or at the beginning, belongs to a path of this computer: `./a:b`.
 * On Windows, so does one behind a drive's letter: `C:\x`, `C:/x`, `C:x`.
 */
export function parseFileLocation(text: string, platform: NodeJS.Platform = process.platform): FileLocation {
  const colon = text.indexOf(":");
  const before = text.slice(0, Math.max(colon, 0));
  const isWindows = platform === "win32";
  const isLocal = before === "" || before.includes("/") || (isWindows && (before.includes("\\") || /^[A-Za-z]$/.test(before)));
  if (isLocal) return { machine: undefined, user: undefined, path: text };
  return { ...parseLogin(before), path: text.slice(colon + 1) };
}

/** Reads `[USER@]MACHINE`. */
export function parseLogin(text: string): { readonly machine: string; readonly user: string | undefined } {
  // A user's name may hold the sign too; a machine's can't.
  const at = text.lastIndexOf("@");
  return { machine: text.slice(at + 1), user: at === -1 ? undefined : text.slice(0, at) };
}
