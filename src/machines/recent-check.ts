import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PRIVATE_FILE_MODE } from "../files/atomic-file.js";
import { readTextFile } from "../files/read-file.js";

/** How long a check counts: as long as the commands of one script follow one another, as in `docker $(docker-machine config dev) …`. */
const FRESH_MS = 3000;
const RECORD = "checked.json";

/** Whether {@link rememberCheck} was called for this URL and these files in the machine's folder within the last three seconds. */
export function isCheckedRecently(directory: string, url: string): boolean {
  try {
    const { subject, at } = JSON.parse(readTextFile(join(directory, RECORD))) as { readonly subject?: unknown; readonly at?: unknown };
    const age = typeof at === "number" ? Date.now() - at : Number.NaN;
    return age >= 0 && age < FRESH_MS && subject === subjectOf(directory, url);
  } catch {
    return false;
  }
}

/** Notes in the machine's folder that Docker has just answered at `url` over TLS, with the certificates there. If it can't be noted, the next command checks again. */
export function rememberCheck(directory: string, url: string): void {
  try {
    const record = { subject: subjectOf(directory, url), at: Date.now() };
    writeFileSync(join(directory, RECORD), `${JSON.stringify(record)}\n`, { mode: PRIVATE_FILE_MODE });
  } catch {
    // A store may be read-only.
  }
}

/** Whoever has started, stopped or changed a machine's host has made an earlier check worthless. */
export function forgetCheck(directory: string): void {
  rmSync(join(directory, RECORD), { force: true });
}

/** What was checked: the address, and the files by their times and sizes. */
function subjectOf(directory: string, url: string): string {
  const files = ["ca.pem", "cert.pem", "key.pem"].map((name) => {
    const { mtimeMs, size, ino } = statSync(join(directory, name));
    return `${mtimeMs} ${size} ${ino}`;
  });
  return [url, ...files].join("\n");
}
