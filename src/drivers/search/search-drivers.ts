import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import { sdkFit } from "../compatibility.js";
import type { GitHostApi } from "../git-hosts/git-host-api.js";
import type { OfficialIndex } from "../official-index/official-index.js";
import type { DriverRow } from "./driver-row.js";
import { indexRows } from "./index-rows.js";
import { mergeRows } from "./merge-rows.js";
import { npmRows, type PackageSearch } from "./npm-rows.js";
import { repositoryRows, withReleases } from "./repository-rows.js";

/** Where drivers are searched for. */
export interface SearchPlaces {
  readonly index: OfficialIndex;
  /** The places outside of this computer; absent offline. */
  readonly outside?: {
    readonly npm: PackageSearch;
    /** Absent where the user's settings say that it has no API. */
    readonly github?: GitHostApi;
  };
  /** The version of this program's SDK. */
  readonly sdkVersion: string;
  /** Told what could not be asked. The rest is found all the same. */
  readonly warn: (message: string) => void;
  /** Milliseconds that each place may take. Default: 5,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5000;

/**
 * Searches the official index, and unless it is offline the user's registry and GitHub, all at once.
 *
 * @param term words that must all be there; none means all drivers
 * @returns the best first
 */
export async function searchDrivers(term: string, places: SearchPlaces): Promise<readonly DriverRow[]> {
  const { index, outside, sdkVersion } = places;
  const words = term
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const known = indexRows(index, words, sdkVersion);
  if (outside === undefined) return mergeRows(known, words);
  const { github } = outside;
  const fits = await sdkFit(sdkVersion);
  const [askNpm, askGitHub] = [asker("the npm registry", places), asker("GitHub", places)];
  const [packages, repositories] = await Promise.all([
    askNpm(npmRows(outside.npm, words, fits)),
    github === undefined ? undefined : askGitHub(repositoryRows(github, words)),
  ]);
  const merged = mergeRows([...known, ...(packages ?? []), ...(repositories ?? [])], words);
  // A place that gave no answer is not asked once more.
  if (github === undefined || repositories === undefined) return merged;
  return withReleases(merged, (repository) => askGitHub(github.releases(repository)));
}

/** Waits for answers of one place, for a while each. `undefined` stands for none; the first that fails is a warning. */
function asker(place: string, { warn, timeoutMs = TIMEOUT_MS }: SearchPlaces): <T>(answer: Promise<T>) => Promise<T | undefined> {
  let hasWarned = false;
  return async (answer) => {
    try {
      return await within(answer, timeoutMs);
    } catch (error) {
      if (!isDriverError(error) || error.code === "OPERATION_ABORTED") throw error;
      if (!hasWarned) warn([`Could not ask ${place}: ${error.message}`, ...error.suggestions.slice(0, 1)].join(" "));
      hasWarned = true;
      return undefined;
    }
  };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const problem = new MachineError("SOURCE_UNREACHABLE", `There was no answer within ${timeoutMs / 1000} s.`);
  const timer = setTimeout(() => reject(problem), timeoutMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
