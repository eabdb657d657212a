import type { Candidate, InstallWishes } from "../candidate.js";
import { plainLine } from "../plain-line.js";

/** What the table of a candidate is made with. */
export interface ConsentTableOptions {
  /** The version of this program's SDK. The candidate fits it, or would not have been chosen. */
  readonly sdkVersion: string;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
}

const LONGEST_VALUE = 300;
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** What is about to be fetched, a line each, for people who decide about it. Strangers wrote some of it, so only plain characters are shown as they are. */
export function consentTable(candidate: Candidate, wishes: InstallWishes, options: ConsentTableOptions): string {
  const rows = rowsOf(candidate, wishes, options).filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...rows.map(([title]) => title.length)) + 2;
  return rows.map(([title, value]) => `  ${title.padEnd(width)}${plainLine(value).slice(0, LONGEST_VALUE)}`).join("\n");
}

function rowsOf(
  { shownSource, owner, name, form, package: packageName, version, sdkRange, testedUpTo, commit, tag, facts }: Candidate,
  { allowScripts }: InstallWishes,
  { sdkVersion, now }: ConsentTableOptions,
): readonly (readonly [string, string | undefined])[] {
  const { publishedAt, maintainers, repository, deprecated, signature, provenance, checksum } = facts;
  return [
    ["Driver", `${name} ${version}${form === "program" ? ", a program of its own" : ""}`],
    ["Source", shownSource],
    ["Owner", owner],
    ["Package", packageName],
    ["Repository", repository],
    ["Commit", commit === undefined ? undefined : `${commit}${tag === undefined ? "" : ` (${tag})`}`],
    ["Published", publishedAt === undefined ? "not known" : `${publishedAt} (${describeAge(publishedAt, now)})`],
    ["Maintainers", maintainers?.join(", ")],
    ["Deprecated", deprecated],
    ["SDK", sdkRange === undefined ? undefined : `${sdkRange}, which takes this docker-machine's ${sdkVersion}`],
    ["Tested up to", testedUpTo],
    ["Signature", describeSignature(signature)],
    ["Provenance", describeProvenance(provenance)],
    ["Checksum", form === "program" ? (checksum ?? "none") : undefined],
    ["Install scripts", allowScripts === true ? "will be shown, and run if you agree" : "will not run"],
  ];
}

function describeSignature(signature: Candidate["facts"]["signature"]): string {
  if (signature === undefined) return "none";
  return `verified, by ${signature.keyFrom === "registry" ? "a key that the registry itself tells" : "the registry"} (${signature.keyId})`;
}

function describeProvenance(provenance: Candidate["facts"]["provenance"]): string {
  if (provenance === undefined) return "none";
  const { repository, commit, workflow } = provenance;
  return `built from ${repository}${commit === undefined ? "" : `, commit ${commit}`}${workflow === undefined ? "" : `, by ${workflow}`}`;
}

/** How long ago a time was, in its largest unit. */
export function describeAge(time: string, now: number): string {
  const ms = now - Date.parse(time);
  if (Number.isNaN(ms)) return "no time";
  if (ms < 0) return "in the future: a clock is wrong";
  const [unit, unitMs] = UNITS.find((each) => ms >= each[1]) ?? ["minute", 60_000];
  const count = Math.floor(ms / unitMs);
  return count === 0 ? "just now" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
