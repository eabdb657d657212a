import type { Candidate, InstallWishes } from "../candidate.js";
import { type DriverSource, formatSource } from "../source/source.js";
import type { PolicyRules, RuleName } from "./policy-rules.js";
import { matchesRepository, matchesSource } from "./source-pattern.js";

/** A rule that forbids something, why, and what would satisfy it. */
export interface Objection {
  readonly rule: RuleName;
  /** It completes "SOURCE is forbidden by the rule: …". */
  readonly problem: string;
  /** A sentence or command for the user. Absent: only whoever keeps the file can help. */
  readonly remedy?: string;
}

const EXACT_VERSION = /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
const WHOLE_COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** What the rules about places say of a source. They hold for installing as for using it. A short name has no place yet. */
export function judgePlace({ allow, deny }: PolicyRules, source: DriverSource): readonly Objection[] {
  const denied = deny?.find((pattern) => matchesSource(pattern, source, "deny"));
  if (denied !== undefined) return [{ rule: "deny", problem: `"${denied.text}" is denied` }];
  if (allow === undefined || source.kind === "name" || allow.some((pattern) => matchesSource(pattern, source, "allow"))) return [];
  const allowed = allow.length === 0 ? "nothing" : allow.map(({ text }) => `"${text}"`).join(", ");
  return [{ rule: "allow", problem: `allowed is only ${allowed}` }];
}

/** What a policy says of a source that was typed, before any network is used. */
export function judgeTyped(rules: PolicyRules, source: DriverSource): readonly Objection[] {
  return [...judgePlace(rules, source), ...(source.kind === "name" ? judgeShortName(rules) : judgePin(rules, source))];
}

/**
 * What a policy says of a version that was found, and of what the user wants to do with it. A lock, which names just one version and its hashes, is a pin.
 *
 * @param now the present, in milliseconds since 1970
 */
export function judgeCandidate(rules: PolicyRules, candidate: Candidate, wishes: InstallWishes, now: number): readonly Objection[] {
  const { source, typedName } = candidate;
  return [
    ...(typedName === undefined ? [] : judgeShortName(rules)),
    ...judgePlace(rules, source),
    ...(wishes.locked === true ? [] : judgePin(rules, source, candidate)),
    ...judgeOrigin(rules, candidate),
    ...judgeAge(rules, candidate, now),
    ...judgeRisks(rules, candidate, wishes),
  ];
}

function judgeShortName({ shortNames }: PolicyRules): readonly Objection[] {
  if (shortNames !== false) return [];
  return [
    { rule: "shortNames", problem: "a short name is not looked up", remedy: "Type the whole source: npm:PACKAGE, or HOST/OWNER/REPO." },
  ];
}

function judgePin({ pin }: PolicyRules, source: DriverSource, candidate?: Candidate): readonly Objection[] {
  if (pin !== true || isPinned(source, candidate)) return [];
  const wanted =
    source.kind === "npm" || source.kind === "git" ? "just one version or commit" : "what stays the same, with a version or commit";
  return [{ rule: "require.pin", problem: `${wanted} must be asked for`, ...pinned(source, candidate) }];
}

/** A tag of a version counts, though it could be moved: then the driver that is installed stays, and the move is said. A branch of that name doesn't. */
function isPinned(source: DriverSource, candidate: Candidate | undefined): boolean {
  switch (source.kind) {
    case "npm":
      return EXACT_VERSION.test(source.range ?? "");
    case "git": {
      const { ref = "" } = source;
      if (WHOLE_COMMIT.test(ref)) return true;
      return EXACT_VERSION.test(ref) && (candidate === undefined || candidate.tag !== undefined);
    }
    case "tarball-file":
      return true;
    case "name":
    case "tarball-url":
    case "folder":
      return false;
  }
}

function pinned(source: DriverSource, candidate: Candidate | undefined): { readonly remedy?: string } {
  const bare = formatSource(source.kind === "npm" ? { kind: "npm", package: source.package } : source);
  if (source.kind === "npm") return { remedy: `docker-machine driver install ${bare}@${candidate?.version ?? "VERSION"}` };
  if (source.kind !== "git") return {};
  const { ref: _ref, ...repository } = source;
  return { remedy: `docker-machine driver install ${formatSource({ ...repository, ref: candidate?.commit ?? "COMMIT" })}` };
}

function judgeOrigin({ signature, provenance }: PolicyRules, { facts, version }: Candidate): readonly Objection[] {
  const objections: Objection[] = [];
  if (signature === true && facts.signature === undefined) {
    objections.push({ rule: "require.signature", problem: `version ${version} has no signature of a registry` });
  }
  if (provenance === undefined || provenance === false) return objections;
  if (facts.provenance === undefined) {
    objections.push({ rule: "require.provenance", problem: `nobody attests from which repository version ${version} was built` });
  } else if (provenance !== true && !isFrom(provenance, facts.provenance.repository)) {
    const repositories = provenance.map(({ text }) => `"${text}"`).join(", ") || "nowhere";
    objections.push({
      rule: "require.provenance",
      problem: `version ${version} was built from ${facts.provenance.repository}, and accepted is only ${repositories}`,
    });
  }
  return objections;
}

function isFrom(patterns: Exclude<PolicyRules["provenance"], boolean | undefined>, repository: string): boolean {
  return patterns.some((pattern) => matchesRepository(pattern, repository));
}

function judgeAge({ minimumReleaseAge }: PolicyRules, { facts, version }: Candidate, now: number): readonly Objection[] {
  if (minimumReleaseAge === undefined || minimumReleaseAge.ms === 0) return [];
  const { unchangedSince = "", publishedAt } = facts;
  const published = Date.parse(unchangedSince);
  const demand = `must be out for ${minimumReleaseAge.text} at least`;
  if (Number.isNaN(published)) {
    const why =
      publishedAt === undefined
        ? "when it was published is not known"
        : "nothing keeps its contents from having been changed since it was published";
    return [{ rule: "require.minimumReleaseAge", problem: `a release ${demand}, and of version ${version} ${why}` }];
  }
  const due = published + minimumReleaseAge.ms;
  if (due <= now) return [];
  return [
    {
      rule: "require.minimumReleaseAge",
      problem: `a release ${demand}, and version ${version} was published at ${unchangedSince}`,
      remedy: `Wait until ${new Date(due).toISOString()}, or ask for an earlier version.`,
    },
  ];
}

function judgeRisks(
  { installScripts, unverifiedPrograms }: PolicyRules,
  { form, facts }: Candidate,
  { allowScripts }: InstallWishes,
): readonly Objection[] {
  const objections: Objection[] = [];
  if (installScripts === false && allowScripts === true) {
    objections.push({ rule: "installScripts", problem: "install scripts are not run", remedy: "Leave out --allow-scripts." });
  }
  if (unverifiedPrograms === false && form === "program" && facts.checksum === undefined) {
    objections.push({
      rule: "unverifiedPrograms",
      problem: "a program must be held against a checksum",
      remedy: "Ask its author to publish checksums with the release.",
    });
  }
  return objections;
}
