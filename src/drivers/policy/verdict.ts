import type { Drivers } from "../drivers.js";
import { formatSource, parseSource } from "../source/source.js";
import type { AppliedRule, Policy, Refusal } from "./policy.js";
import { matchesSource } from "./source-pattern.js";

/** What a policy says of a source. */
export interface Verdict {
  /** The canonical source that was judged. */
  readonly source: string;
  /** The version that was found there, if it mattered. */
  readonly version?: string;
  readonly isAllowed: boolean;
  /** The rules that forbid it. */
  readonly refusals: readonly Refusal[];
  /** The `allow` rules that name it. */
  readonly allowedBy: readonly AllowingRule[];
  /** Why no rule matters to it. */
  readonly exemption?: "shipped";
}

/** An `allow` rule and its pattern that covers a source. */
export type AllowingRule = Omit<AppliedRule, "rule" | "value"> & { readonly pattern: string };

/** How {@link verdictOn} judges. */
export interface VerdictContext {
  readonly policy: Policy;
  readonly drivers: Pick<Drivers, "list" | "preview">;
  /** What `./folder` is relative to. */
  readonly cwd: string;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Judges what somebody would type for a driver, as an installation would. An installed driver is judged as each use of it is. The network is asked only if a rule is about a version.
 *
 * @throws {MachineError} as an installation, if the version can't be found
 */
export async function verdictOn(typed: string, { policy, drivers, cwd, now }: VerdictContext): Promise<Verdict> {
  const source = parseSource(typed, cwd);
  const present = source.kind === "name" ? (await drivers.list()).find(({ name }) => name === source.name) : undefined;
  if (present?.kind === "shipped") return { source: present.source, isAllowed: true, refusals: [], allowedBy: [], exemption: "shipped" };
  if (present !== undefined) return verdict(present.source, policy.refusalsOfUse(parseSource(present.source, "/")), policy);
  const early = policy.refusalsOfTyped(source);
  if (early.length > 0 || (source.kind !== "name" && !policy.judgesVersions())) return verdict(formatSource(source), early, policy);
  const { candidate } = await drivers.preview(typed);
  return { ...verdict(candidate.shownSource, policy.refusalsOf(candidate, {}, now), policy), version: candidate.version };
}

function verdict(shownSource: string, refusals: readonly Refusal[], policy: Policy): Verdict {
  const source = parseSource(shownSource, "/");
  const allowedBy = policy.files.flatMap(({ path, scope, rules }) => {
    const pattern = rules.allow?.find((each) => matchesSource(each, source, "allow"));
    return pattern === undefined ? [] : [{ file: path, scope, pattern: pattern.text }];
  });
  return { source: shownSource, isAllowed: refusals.length === 0, refusals, allowedBy };
}
