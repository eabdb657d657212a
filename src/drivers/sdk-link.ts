import { mkdir, readFile, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MachineError, messageOf } from "../errors.js";
import { besidePath } from "../files/atomic-file.js";
import { SDK_PACKAGE } from "./manifest.js";

/** This program's own copy of the SDK, which all drivers share. */
export interface HostSdk {
  readonly directory: string;
  readonly version: string;
}

/** The file in the drivers' folder that holds the version of the SDK that all receipts were last held against. */
export const SDK_NOTE = "sdk-version";

/** Finds the SDK that this program itself runs with. */
export async function findHostSdk(): Promise<HostSdk> {
  const manifest = createRequire(import.meta.url).resolve(`${SDK_PACKAGE}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return { directory: await realpath(dirname(manifest)), version };
}

/**
 * Makes `<drivers>/node_modules/@docker-machine/driver-sdk` lead to this program's SDK. Node finds it there on its way up from any driver's tree.
 * A link that leads elsewhere is replaced in one step, since this program may have moved or been upgraded.
 *
 * @throws {MachineError} `SDK_LINK_FAILED`
 */
export async function ensureSdkLink(driversDirectory: string, sdk: HostSdk): Promise<void> {
  const link = join(driversDirectory, "node_modules", ...SDK_PACKAGE.split("/"));
  if ((await readlink(link).catch(() => undefined)) === sdk.directory) return;
  const beside = besidePath(link);
  try {
    await mkdir(dirname(link), { recursive: true, mode: 0o700 });
    await symlink(sdk.directory, beside, "junction");
    await replace(beside, link);
  } catch (error) {
    throw new MachineError(
      "SDK_LINK_FAILED",
      `${link} could not be made, a link through which drivers find docker-machine's SDK: ${messageOf(error)}.`,
      {
        cause: error,
        suggestions: [`Check who owns ${driversDirectory}, and its free space.`],
      },
    );
  }
}

async function replace(beside: string, link: string): Promise<void> {
  try {
    await rename(beside, link);
  } catch {
    // A folder is in the way; or it is Windows, where a rename replaces no junction.
    await rm(link, { recursive: true, force: true });
    await rename(beside, link);
  }
}
