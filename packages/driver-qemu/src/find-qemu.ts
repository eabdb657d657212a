import { access, constants } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Architecture } from "@docker-machine/cloud-image";
import { DriverError, type Host, isDriverError } from "@docker-machine/driver-sdk";
import { installSuggestions } from "./install-suggestions.js";

/** A QEMU on this computer. */
export interface Qemu {
  /** The absolute path of `qemu-system-…`. */
  readonly path: string;
  /** The guests it runs. */
  readonly architecture: Architecture;
  /** As it tells it: `7.2.22`. */
  readonly version: string;
  /** The first number of {@link version}, for what changed between versions. */
  readonly majorVersion: number;
  /** The absolute path of its `qemu-img`. */
  readonly imageToolPath: string;
}

/** What looking for QEMU needs of a driver's host. */
export type FindHost = Pick<Host, "run" | "log">;

/** Where to look. */
export interface SearchPlaces {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
}

const PROGRAMS: Readonly<Record<Architecture, string>> = { amd64: "qemu-system-x86_64", arm64: "qemu-system-aarch64" };
/** `snapshot-save`, `-audio`-less machines and the options used here are all in 6.0 (April 2021). */
const OLDEST_MAJOR_VERSION = 6;
const VERSION_TIMEOUT_MS = 20_000;

/**
 * Finds the QEMU for an architecture: on PATH, then where Homebrew, MacPorts and the Windows installers put it.
 *
 * @throws {DriverError} `QEMU_NOT_FOUND` (says how to install it on this system), `QEMU_TOO_OLD` (before 6.0), `QEMU_BROKEN`
 */
export async function findQemu(
  architecture: Architecture,
  host: FindHost,
  places: SearchPlaces = { platform: process.platform, environment: process.env },
): Promise<Qemu> {
  const name = PROGRAMS[architecture];
  const path = await find(name, places);
  if (path === undefined) throw await missing(name, architecture, places);
  const version = await versionOf(path, host, await installSuggestions(architecture, places.platform));
  const imageToolPath = (await find("qemu-img", { ...places, first: dirname(path) })) ?? undefined;
  if (imageToolPath === undefined) throw await missing("qemu-img", architecture, places);
  host.log.debug(`QEMU ${version} at ${path}`);
  return { path, architecture, version, majorVersion: Number.parseInt(version, 10), imageToolPath };
}

/** Whether QEMU for an architecture, and its `qemu-img`, are on this computer. Runs nothing. */
export async function hasQemu(architecture: Architecture, places: SearchPlaces): Promise<boolean> {
  const path = await find(PROGRAMS[architecture], places);
  return path !== undefined && (await find("qemu-img", { ...places, first: dirname(path) })) !== undefined;
}

/** The version in what `--version` prints; `undefined` if it prints none. */
export function parseQemuVersion(text: string): string | undefined {
  return /^QEMU emulator version (\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];
}

async function versionOf(path: string, host: FindHost, suggestions: readonly string[]): Promise<string> {
  const output = await host.run(path, ["--version"], { timeoutMs: VERSION_TIMEOUT_MS }).catch((cause: unknown) => {
    if (!isDriverError(cause) || cause.code === "OPERATION_ABORTED") throw cause;
    throw new DriverError("QEMU_BROKEN", `${path} does not tell its version: ${cause.message}`, { cause, suggestions });
  });
  const version = parseQemuVersion(output.stdout);
  if (version === undefined) {
    throw new DriverError("QEMU_BROKEN", `${path} does not tell its version, but says: ${output.stdout.slice(0, 200).trim()}`, {
      suggestions,
    });
  }
  if (Number.parseInt(version, 10) < OLDEST_MAJOR_VERSION) {
    throw new DriverError("QEMU_TOO_OLD", `${path} is version ${version}; this driver needs ${OLDEST_MAJOR_VERSION}.0 or newer.`, {
      suggestions,
    });
  }
  return version;
}

async function find(
  name: string,
  { platform, environment, first }: SearchPlaces & { readonly first?: string },
): Promise<string | undefined> {
  const file = platform === "win32" ? `${name}.exe` : name;
  const path = (environment.PATH ?? environment.Path ?? "").split(delimiter);
  for (const folder of [...(first === undefined ? [] : [first]), ...path.filter(isAbsolute), ...usualFolders(platform, environment)]) {
    const candidate = join(folder, file);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** Where installers put QEMU without putting it on everybody's PATH, such as that of a program that was started from the desktop. */
function usualFolders(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): readonly string[] {
  if (platform === "darwin") return ["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"];
  if (platform !== "win32") return ["/home/linuxbrew/.linuxbrew/bin"];
  const programs = environment.ProgramFiles ?? "C:\\Program Files";
  const profile = environment.USERPROFILE;
  return [
    `${programs}\\qemu`,
    "C:\\msys64\\ucrt64\\bin",
    "C:\\msys64\\mingw64\\bin",
    ...(profile === undefined ? [] : [`${profile}\\scoop\\apps\\qemu\\current`]),
  ];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function missing(name: string, architecture: Architecture, { platform }: SearchPlaces): Promise<DriverError> {
  return new DriverError("QEMU_NOT_FOUND", `There is no ${name} on PATH, nor where QEMU is usually installed.`, {
    suggestions: await installSuggestions(architecture, platform),
  });
}
