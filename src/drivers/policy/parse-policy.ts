import { MachineError, messageOf } from "../../errors.js";
import { nearest } from "../../nearest.js";
import type { PolicyRules, ReleaseAge } from "./policy-rules.js";
import { parsePattern, type SourcePattern } from "./source-pattern.js";
import { parseStrictJson, type StrictJson } from "./strict-json.js";

/** Reads the value at a path of the file, or throws what is wrong with it. */
type Reader<T> = (value: unknown, path: string) => T;
type Readers = Readonly<Record<string, Reader<unknown>>>;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** What is wrong with the value at a path. */
class RuleProblem extends Error {
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path === "" ? "it" : JSON.stringify(path)} ${problem}`);
    this.path = path;
  }
}

const text: Reader<string> = (value, path) => {
  if (typeof value === "string" && value !== "") return value;
  throw new RuleProblem(path, `is ${show(value)}, but it must be a text`);
};

const flag: Reader<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw new RuleProblem(path, `is ${show(value)}, but it must be true or false`);
};

const patterns: Reader<readonly SourcePattern[]> = (value, path) => {
  if (!Array.isArray(value)) throw new RuleProblem(path, `is ${show(value)}, but it must be a list of patterns`);
  return value.map((each, index) => readPattern(each, `${path}[${index}]`));
};

const provenance: Reader<boolean | readonly SourcePattern[]> = (value, path) => {
  if (typeof value === "boolean") return value;
  if (!Array.isArray(value)) throw new RuleProblem(path, `is ${show(value)}, but it must be true, false, or a list of repositories`);
  const repositories = patterns(value, path);
  const index = repositories.findIndex(({ sort }) => sort !== "repository" && sort !== "any");
  if (index < 0) return repositories;
  throw new RuleProblem(
    `${path}[${index}]`,
    `is ${show(value[index])}, which names no repository: provenance tells of one, as "github.com/my-org"`,
  );
};

const age: Reader<ReleaseAge> = (value, path) => {
  const [, count = "", unit = ""] = typeof value === "string" ? (/^(\d{1,5})([hdw])$/.exec(value) ?? []) : [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs !== undefined) return { text: String(value), ms: Number(count) * unitMs };
  throw new RuleProblem(path, `is ${show(value)}, but it must be a number of hours, days or weeks: "36h", "7d", "2w"`);
};

const REQUIREMENTS: Readers = { signature: flag, provenance, pin: flag, minimumReleaseAge: age };
const RULES: Readers = {
  $schema: text,
  allow: patterns,
  deny: patterns,
  require: (value, path) => readObject(value, path, REQUIREMENTS),
  shortNames: flag,
  prompts: flag,
  installScripts: flag,
  unverifiedPrograms: flag,
};

/**
 * Reads a policy file. A name it doesn't know is an error, since a rule that is misspelt would not hold.
 *
 * @throws {MachineError} `POLICY_INVALID`, naming the file, the line and the rule
 */
export function parsePolicy(content: string, file: string): PolicyRules {
  const json = parseJson(content.replace(/^\uFEFF/, ""), file);
  try {
    const { $schema: _, require: requirements, ...rules } = readObject(json.value, "", RULES);
    return { ...rules, ...(requirements as object | undefined) };
  } catch (error) {
    if (!(error instanceof RuleProblem)) throw error;
    throw policyInvalid(file, `${error.message} (${json.placeOf(error.path)})`);
  }
}

/** The error for a policy file that can't be gone by: until it is mended, nothing is installed. */
export function policyInvalid(file: string, problem: string, suggestions?: readonly string[]): MachineError {
  return new MachineError("POLICY_INVALID", `The policy for drivers, ${file}, is not valid, so no driver is fetched or used: ${problem}.`, {
    suggestions: suggestions ?? [
      'Correct the file, or ask who keeps it. An example: { "allow": ["github.com/my-org/*"], "require": { "pin": true } }',
    ],
  });
}

function parseJson(content: string, file: string): StrictJson {
  try {
    return parseStrictJson(content);
  } catch (error) {
    throw policyInvalid(file, `it is not JSON: ${messageOf(error)}`);
  }
}

function readObject(value: unknown, path: string, readers: Readers): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RuleProblem(path, `is ${show(value)}, but it must be a JSON object`);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readEntry(name, each, path, readers)]));
}

function readEntry(name: string, value: unknown, parent: string, readers: Readers): unknown {
  const path = parent === "" ? name : `${parent}.${name}`;
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader !== undefined) return reader(value, path);
  const known = Object.keys(readers).filter((each) => each !== "$schema");
  const meant = nearest(name, known);
  throw new RuleProblem(path, `is not a rule. ${meant === undefined ? `The rules here are ${known.join(", ")}` : `Was "${meant}" meant?`}`);
}

function readPattern(value: unknown, path: string): SourcePattern {
  const pattern = parsePattern(text(value, path));
  if (typeof pattern !== "string") return pattern;
  throw new RuleProblem(path, `is ${show(value)}: ${pattern}`);
}

function show(value: unknown): string {
  return JSON.stringify(value).slice(0, 100);
}
