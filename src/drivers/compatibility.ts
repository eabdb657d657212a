import type { Logger } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { SDK_PACKAGE } from "./manifest.js";
import { formatSource, parseSource, withoutVersion } from "./source/source.js";

/** A driver's demand and what there is. */
export interface CompatibilityQuestion {
  readonly driver: string;
  readonly version: string;
  /** The driver's canonical source. */
  readonly source: string;
  /** The range in its peerDependencies. */
  readonly sdkRange: string;
  /** The version of this program's SDK. */
  readonly sdkVersion: string;
}

/** The command that brings this program to its newest version. */
export const PROGRAM_UPDATE = "npm install -g @docker-machine/cli@latest";

/**
 * The SDK rule: the range in the driver's peerDependencies must take this program's SDK. A pre-release of the SDK counts as inside a range that takes its release.
 *
 * @throws {MachineError} `DRIVER_INCOMPATIBLE`, naming both versions and the command that helps; `DRIVER_MANIFEST_INVALID` if the range isn't one
 */
export async function checkCompatibility(question: CompatibilityQuestion): Promise<void> {
  const { driver, version, source, sdkRange, sdkVersion } = question;
  const { default: satisfies } = await import("semver/functions/satisfies.js");
  if (satisfies(sdkVersion, sdkRange, { includePrerelease: true })) return;
  const { default: semver } = await import("semver");
  if (semver.validRange(sdkRange) === null) {
    throw new MachineError(
      "DRIVER_MANIFEST_INVALID",
      `The driver "${driver}" ${version} (${source}) asks for ${SDK_PACKAGE} ${JSON.stringify(sdkRange)}, which is not a semver range.`,
      { suggestions: ["Tell the driver's author."] },
    );
  }
  const isDriverOlder = semver.gtr(sdkVersion, sdkRange, { includePrerelease: true });
  const old = isDriverOlder ? `driver "${driver}"` : "docker-machine";
  throw new MachineError(
    "DRIVER_INCOMPATIBLE",
    `The driver "${driver}" ${version} needs ${SDK_PACKAGE} ${sdkRange}, but this docker-machine has ${sdkVersion}: ${old} is too old.`,
    { suggestions: isDriverOlder ? newerDriver(source) : [PROGRAM_UPDATE] },
  );
}

/** Says what {@link checkCompatibility} would refuse: whether a driver in a folder of the developer's own fits is the developer's to judge. */
export async function warnIfUnfit(question: CompatibilityQuestion, log: Pick<Logger, "warn">): Promise<void> {
  try {
    await checkCompatibility(question);
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    log.warn(`${error.message} It is used anyway, since it is linked.`);
  }
}

/**
 * Whether the SDK range of a package.json takes this program's SDK. One without a range, or with one that isn't, counts as fitting: it is refused for that.
 *
 * @returns a function, since it is asked for many versions
 */
export async function sdkFit(sdkVersion: string): Promise<(manifest: unknown) => boolean> {
  const { default: satisfies } = await import("semver/functions/satisfies.js");
  const { default: validRange } = await import("semver/ranges/valid.js");
  return (manifest) => {
    const range = peerRange(manifest);
    return typeof range !== "string" || validRange(range) === null || satisfies(sdkVersion, range, { includePrerelease: true });
  };
}

function peerRange(manifest: unknown): unknown {
  const peers = (manifest as { readonly peerDependencies?: Readonly<Record<string, unknown>> } | undefined)?.peerDependencies;
  return peers?.[SDK_PACKAGE];
}

function newerDriver(source: string): string[] {
  const newest = formatSource(withoutVersion(parseSource(source, "/")));
  return [
    `For its newest version: docker-machine driver install ${newest}`,
    "If that is the newest, ask its author for one that takes this SDK.",
  ];
}
