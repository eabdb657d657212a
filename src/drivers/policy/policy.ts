import { lstatSync } from "node:fs";
import { MachineError, messageOf } from "../../errors.js";
import { readTextFile } from "../../files/read-file.js";
import type { Candidate, Gate, InstallWishes } from "../candidate.js";
import { type DriverSource, formatSource } from "../source/source.js";
import { judgeCandidate, judgePlace, judgeTyped, type Objection } from "./judge.js";
import { parsePolicy, policyInvalid } from "./parse-policy.js";
import { isPolicyFile, type PolicyPlaces } from "./policy-places.js";
import { type PolicyRules, type RuleName, type WrittenRule, writtenRules } from "./policy-rules.js";
import { matchesSource } from "./source-pattern.js";

/** Whose a policy file is. */
export type PolicyScope = "system" | "user";

/** A policy file that exists. */
export interface PolicyFile {
  readonly path: string;
  readonly scope: PolicyScope;
  readonly rules: PolicyRules;
}

/** An objection with the file it comes from. */
export interface Refusal extends Objection {
  readonly file: string;
  readonly scope: PolicyScope;
}

/** A rule that applies, with the file it comes from. */
export interface AppliedRule extends WrittenRule {
  readonly file: string;
  readonly scope: PolicyScope;
}

/** Rules that can't be judged by a source alone. A tag that is a pin could be a branch. */
const ABOUT_VERSIONS: readonly RuleName[] = [
  "require.signature",
  "require.provenance",
  "require.minimumReleaseAge",
  "require.pin",
  "unverifiedPrograms",
];

/**
 * What an administrator and a user demand of drivers. Each file is judged by itself, and what one of them forbids is forbidden: so a second file can only narrow what the first leaves open.
 */
export class Policy {
  /** The files that exist, the system's first. */
  readonly files: readonly PolicyFile[];

  constructor(files: readonly PolicyFile[]) {
    this.files = files;
  }

  /**
   * Reads the files that exist; most computers have none, which costs a look for each.
   *
   * @throws {MachineError} `POLICY_INVALID`
   */
  static load({ system, user }: PolicyPlaces): Policy {
    return new Policy([...system.flatMap((path) => readIfThere(path, "system")), ...readIfThere(user, "user")]);
  }

  /** All rules, with their files. */
  rules(): readonly AppliedRule[] {
    return this.files.flatMap(({ path, scope, rules }) => writtenRules(rules).map((written) => ({ ...written, file: path, scope })));
  }

  /** What is said against a source that was typed, before any network is used. */
  refusalsOfTyped(source: DriverSource): readonly Refusal[] {
    return this.#collect((rules) => judgeTyped(rules, source));
  }

  /**
   * What is said against a version that was found.
   *
   * @param now the present, in milliseconds since 1970
   */
  refusalsOf(candidate: Candidate, wishes: InstallWishes, now: number): readonly Refusal[] {
    return this.#collect((rules) => judgeCandidate(rules, candidate, wishes, now));
  }

  /**
   * The check of a source before any network is used.
   *
   * @throws {MachineError} `POLICY_FORBIDS`
   */
  checkTyped(source: DriverSource): void {
    throwFirst(formatSource(source), this.refusalsOfTyped(source));
  }

  /**
   * The check of an installed driver each time it is used: by then it may be denied. How it came here was judged then.
   *
   * @throws {MachineError} `POLICY_FORBIDS`
   */
  checkUse(source: DriverSource): void {
    throwFirst(formatSource(source), this.refusalsOfUse(source));
  }

  /** What is said against using an installed driver. */
  refusalsOfUse(source: DriverSource): readonly Refusal[] {
    return this.#collect((rules) => judgePlace(rules, source));
  }

  /** Whether a rule is about what is known of a version only. */
  judgesVersions(): boolean {
    return this.rules().some(({ rule, value }) => ABOUT_VERSIONS.includes(rule) && value !== (rule === "unverifiedPrograms"));
  }

  /**
   * The gate before the fetch. It throws `POLICY_FORBIDS`.
   *
   * @param now the present, in milliseconds since 1970
   */
  gate(now: () => number = Date.now): Gate {
    return async (candidate, wishes) => throwFirst(candidate.shownSource, this.refusalsOf(candidate, wishes, now()));
  }

  /** Whether an `allow` names the source, so that nobody need be asked about it. */
  namesAllowed(source: DriverSource): boolean {
    return this.files.some(({ rules }) => rules.allow?.some((pattern) => matchesSource(pattern, source, "allow")) === true);
  }

  /**
   * The error for what somebody would be asked, if nobody may be.
   *
   * @param question what would be asked, as a whole sentence
   */
  promptRefusal(question: string): MachineError | undefined {
    const file = this.files.find(({ rules }) => rules.prompts === false);
    if (file === undefined) return undefined;
    return new MachineError(
      "POLICY_FORBIDS",
      `This would have to be asked, and the rule "prompts" in ${file.path} forbids to ask: ${question}`,
      {
        suggestions: [`What is listed under "allow" needs no asking. ${keeperOf(file)}`],
      },
    );
  }

  #collect(judge: (rules: PolicyRules) => readonly Objection[]): readonly Refusal[] {
    return this.files.flatMap(({ path, scope, rules }) => judge(rules).map((objection) => ({ ...objection, file: path, scope })));
  }
}

function throwFirst(shownSource: string, refusals: readonly Refusal[]): void {
  const [first, ...others] = refusals;
  if (first === undefined) return;
  const more = others.map(({ rule, file, problem }) => `; and by the rule "${rule}" in ${file}: ${problem}`).join("");
  const remedies = refusals.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]));
  throw new MachineError(
    "POLICY_FORBIDS",
    `${shownSource} is forbidden by the rule "${first.rule}" in ${first.file}: ${first.problem}${more}.`,
    { suggestions: [...remedies, `To see all rules: docker-machine driver policy. ${keeperOf(first)}`] },
  );
}

function keeperOf({ scope }: { readonly scope: PolicyScope }): string {
  return scope === "system" ? "The file is kept by this computer's administrator." : "The file is your own.";
}

function readIfThere(path: string, scope: PolicyScope): readonly PolicyFile[] {
  if (!isPolicyFile(path)) return [];
  return [{ path, scope, rules: parsePolicy(read(path, scope), path) }];
}

function read(path: string, scope: PolicyScope): string {
  if (scope === "system") refuseWritableByAll(path);
  try {
    return readTextFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Windows shows no such modes. */
function refuseWritableByAll(path: string): void {
  const { mode = 0 } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
  if (process.platform === "win32" || (mode & 0o170002) !== 0o100002) return;
  throw policyInvalid(path, "everybody on this computer may change it", [`chmod o-w ${path}`]);
}

function unreadable(path: string, error: unknown): MachineError {
  return policyInvalid(path, `it can't be read: ${messageOf(error)}`, ["Ask who keeps the file, or correct who may read it."]);
}
