import type { SourcePattern } from "./source-pattern.js";

/** What one policy file demands. A rule that is absent demands nothing. docs/policy.schema.json has the same for editors. */
export interface PolicyRules {
  /** Only these sources may be installed or used. */
  readonly allow?: readonly SourcePattern[];
  /** These may not, whatever `allow` says. */
  readonly deny?: readonly SourcePattern[];
  /** `require.signature`: the registry's signature was verified. */
  readonly signature?: boolean;
  /** `require.provenance`: verified, and by one of these repositories if they are named. */
  readonly provenance?: boolean | readonly SourcePattern[];
  /** `require.pin`: just one version or commit was asked for. */
  readonly pin?: boolean;
  /** `require.minimumReleaseAge` */
  readonly minimumReleaseAge?: ReleaseAge;
  /** Whether a short name may stand for what has to be fetched. */
  readonly shortNames?: boolean;
  /** Whether somebody may be asked. */
  readonly prompts?: boolean;
  /** Whether `--allow-scripts` is heeded. */
  readonly installScripts?: boolean;
  /** Whether `--allow-unverified` is heeded. */
  readonly unverifiedPrograms?: boolean;
}

/** How old a release must be. */
export interface ReleaseAge {
  /** As it is written: `7d`. */
  readonly text: string;
  readonly ms: number;
}

/** Where a rule stands in its file, for people: `require.pin`. */
export type RuleName =
  | "allow"
  | "deny"
  | "require.signature"
  | "require.provenance"
  | "require.pin"
  | "require.minimumReleaseAge"
  | "shortNames"
  | "prompts"
  | "installScripts"
  | "unverifiedPrograms";

/** A rule's value, as it is written. */
export type RuleValue = boolean | string | readonly string[];

/** One rule as it is written. */
export interface WrittenRule {
  readonly rule: RuleName;
  readonly value: RuleValue;
}

/** The rules that a file has, as they are written. */
export function writtenRules(rules: PolicyRules): readonly WrittenRule[] {
  const { allow, deny, signature, provenance, pin, minimumReleaseAge, shortNames, prompts, installScripts, unverifiedPrograms } = rules;
  const all: readonly (readonly [RuleName, RuleValue | undefined])[] = [
    ["allow", textsOf(allow)],
    ["deny", textsOf(deny)],
    ["require.signature", signature],
    ["require.provenance", typeof provenance === "boolean" ? provenance : textsOf(provenance)],
    ["require.pin", pin],
    ["require.minimumReleaseAge", minimumReleaseAge?.text],
    ["shortNames", shortNames],
    ["prompts", prompts],
    ["installScripts", installScripts],
    ["unverifiedPrograms", unverifiedPrograms],
  ];
  return all.flatMap(([rule, value]) => (value === undefined ? [] : [{ rule, value }]));
}

function textsOf(patterns: readonly SourcePattern[] | undefined): readonly string[] | undefined {
  return patterns?.map(({ text }) => text);
}
