import type { OptionSpec } from "@docker-machine/driver-sdk";
import type { CandidateFacts, DriverForm, InstallWishes } from "../candidate.js";
import { sdkFit } from "../compatibility.js";
import { declaredOptions } from "../declared-options.js";
import type { Drivers } from "../drivers.js";
import type { FoundDriver } from "../find-driver.js";
import type { EndOfLife, IndexEntry } from "../official-index/index-entry.js";
import type { OfficialIndex } from "../official-index/official-index.js";
import { findHostSdk } from "../sdk-link.js";
import { ownerOf } from "../source/owner.js";
import { formatSource } from "../source/source.js";

/** What is known of a driver before it is installed. */
export interface AvailableDriver {
  readonly name: string;
  /** The canonical source. */
  readonly source: string;
  readonly summary?: string;
  readonly form?: DriverForm;
  readonly owner?: string;
  readonly package?: string;
  /** The version that would be installed. */
  readonly version?: string;
  readonly commit?: string;
  readonly tag?: string;
  readonly integrity?: string;
  readonly facts: CandidateFacts;
  readonly sdkRange?: string;
  /** Whether it works with this program's SDK. Absent for a program, which needs none. */
  readonly fits?: boolean;
  /** The newest version, if it is another one because it doesn't fit. */
  readonly newest?: { readonly version: string; readonly sdkRange: string };
  readonly testedUpTo?: string;
  /** Who publishes it, verified by the maintainers of the index. */
  readonly publisher?: string;
  readonly deprecated?: EndOfLife;
  readonly withdrawn?: EndOfLife;
  /** Absent if its package doesn't declare them: then they are known once it is installed. */
  readonly options?: readonly OptionSpec[];
}

/** What {@link availableDriver} works with. */
export interface AvailableContext {
  readonly drivers: Drivers;
  readonly index: OfficialIndex;
  readonly wishes?: InstallWishes | undefined;
}

/**
 * Finds out what is known of a driver that is not installed, without fetching more than its package.json and running none of it.
 * One that is withdrawn or planned is told of by the index alone.
 *
 * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
 */
export async function availableDriver(typed: string, { drivers, index, wishes }: AvailableContext): Promise<AvailableDriver> {
  const named = index.find(typed);
  if (named !== undefined && (named.withdrawn !== undefined || named.delivery === "planned")) return toldByIndex(named);
  const found = await drivers.preview(typed, wishes);
  const entry = index.findBySource(found.candidate.source);
  return { ...(await toldByPackage(found)), ...judgement(entry, found.candidate.facts) };
}

function toldByIndex(entry: IndexEntry): AvailableDriver {
  const { name, summary, sources, testedUpTo } = entry;
  const [preferred] = sources;
  const owner = preferred === undefined ? undefined : ownerOf(preferred.source);
  return {
    name,
    summary,
    source: preferred === undefined ? name : formatSource(preferred.source),
    ...(preferred === undefined ? {} : { form: preferred.form }),
    ...(owner === undefined ? {} : { owner }),
    ...(testedUpTo === undefined ? {} : { testedUpTo }),
    facts: {},
    ...judgement(entry, {}),
  };
}

async function toldByPackage(found: FoundDriver): Promise<AvailableDriver> {
  const { source: _source, shownSource, typedName: _typed, ...candidate } = found.candidate;
  const { passedOver: newest } = found;
  const told = "manifest" in found ? { manifest: found.resolved.manifest } : undefined;
  const summary = (told?.manifest as { readonly description?: unknown } | undefined)?.description;
  const options = declaredOptions(told?.manifest);
  return {
    ...candidate,
    source: shownSource,
    ...(typeof summary === "string" && summary !== "" ? { summary } : {}),
    ...(told === undefined ? {} : { fits: (await sdkFit((await findHostSdk()).version))(told.manifest) }),
    ...(newest === undefined ? {} : { newest }),
    ...(options === undefined ? {} : { options }),
  };
}

/** The index's word, and of a deprecation the registry's if the index has none. */
function judgement(entry: IndexEntry | undefined, { deprecated }: CandidateFacts): Partial<AvailableDriver> {
  const end = entry?.deprecated ?? (deprecated === undefined ? undefined : { reason: deprecated });
  return {
    ...(entry?.publisher === undefined ? {} : { publisher: entry.publisher }),
    ...(end === undefined ? {} : { deprecated: end }),
    ...(entry?.withdrawn === undefined ? {} : { withdrawn: entry.withdrawn }),
  };
}
