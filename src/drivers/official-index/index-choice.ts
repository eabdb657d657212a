import { MachineError } from "../../errors.js";
import { formatSource } from "../source/source.js";
import type { EndOfLife, IndexEntry, IndexSource } from "./index-entry.js";

/** Where a driver is to run. */
export interface IndexPlatform {
  readonly platform: NodeJS.Platform;
  /** As `process.arch`. */
  readonly architecture: string;
}

/**
 * The source that a short name of the index leads to on this platform.
 *
 * @throws {MachineError} `DRIVER_WITHDRAWN`, `DRIVER_PLANNED`, `DRIVER_PLATFORM_UNSUPPORTED`
 */
export function chooseSource(entry: IndexEntry, on: IndexPlatform): IndexSource {
  refuseWithdrawn(entry);
  if (entry.delivery === "planned") throw planned(entry.name);
  const chosen = entry.sources.find((source) => worksOn(source, on));
  if (chosen !== undefined) return chosen;
  throw unsupported(entry, on);
}

/**
 * Refuses a driver that was withdrawn from the index, by whatever name or source it was asked for.
 *
 * @throws {MachineError} `DRIVER_WITHDRAWN`
 */
export function refuseWithdrawn({ name, withdrawn }: IndexEntry): void {
  if (withdrawn === undefined) return;
  throw new MachineError("DRIVER_WITHDRAWN", `The driver "${name}" was withdrawn from the official index: ${withdrawn.reason}.`, {
    suggestions: withdrawn.successor === undefined ? ["Look for another one: docker-machine driver search"] : insteadOf(withdrawn),
  });
}

/** What to tell the user of a driver that is deprecated in the index; undefined if it isn't. */
export function deprecationWarning({ name, deprecated }: IndexEntry): string | undefined {
  if (deprecated === undefined) return undefined;
  const advice = insteadOf(deprecated).map((line) => ` ${line}`);
  return `The driver "${name}" is deprecated: ${deprecated.reason}.${advice.join("")}`;
}

function insteadOf({ successor }: EndOfLife): string[] {
  return successor === undefined ? [] : [`Use this one instead: ${successor}`];
}

function worksOn({ platforms }: IndexSource, { platform, architecture }: IndexPlatform): boolean {
  return platforms === undefined || platforms.includes(platform) || platforms.includes(`${platform}-${architecture}`);
}

function planned(name: string): MachineError {
  return new MachineError("DRIVER_PLANNED", `The driver "${name}" will come with docker-machine, but this version has it not yet.`, {
    suggestions: ["npm install -g @docker-machine/cli@latest"],
  });
}

function unsupported({ name, sources }: IndexEntry, { platform, architecture }: IndexPlatform): MachineError {
  const platforms = [...new Set(sources.flatMap((source) => source.platforms ?? []))].join(", ");
  return new MachineError(
    "DRIVER_PLATFORM_UNSUPPORTED",
    `The driver "${name}" works on ${platforms}, but this computer is ${platform}-${architecture}.`,
    {
      suggestions: [
        `To install it all the same: docker-machine driver install ${sources.map(({ source }) => formatSource(source))[0] ?? name}`,
      ],
    },
  );
}
