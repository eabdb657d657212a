import { DriverError } from "./errors.js";

interface OptionBase {
  /** The long flag without its dashes, prefixed with the driver's name: `nspawn-image`. */
  readonly flag: string;
  /** The environment variable read when the flag is absent. */
  readonly env?: string;
  /** One line for `create -d NAME --help`. */
  readonly usage: string;
  /** Whether the value is kept out of config.json, `inspect` and logs. Default: false. */
  readonly secret?: boolean;
}

/** A text. Without a default and not required, its value may be `undefined`. */
export interface StringOption extends OptionBase {
  readonly type: "string";
  readonly default?: string;
  /** Whether `create` refuses to start without it. Default: false. */
  readonly required?: boolean;
  /** The accepted values, if only those are. */
  readonly choices?: readonly string[];
}

/** A flag that may be given several times. Its environment variable holds comma-separated values. */
export interface StringListOption extends OptionBase {
  readonly type: "string-list";
  readonly default?: readonly string[];
}

/** A whole number. Without a default, its value may be `undefined`. */
export interface IntegerOption extends OptionBase {
  readonly type: "integer";
  readonly default?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A switch, off unless given. Its environment variable is on for any value but the empty one, `0` and `false`. */
export interface BooleanOption extends OptionBase {
  readonly type: "boolean";
}

/** One option of a driver: plain data. */
export type OptionSpec = StringOption | StringListOption | IntegerOption | BooleanOption;

/** All options of a driver, by the property name under which the driver reads them. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValueOf<S extends OptionSpec> = S extends { readonly type: "string-list" }
  ? readonly string[]
  : S extends { readonly type: "boolean" }
    ? boolean
    : S extends { readonly type: "integer" }
      ? S extends { readonly default: number }
        ? number
        : number | undefined
      : S extends { readonly default: string } | { readonly required: true }
        ? string
        : string | undefined;

/** The checked values that belong to a set of option specifications. */
export type OptionValues<O extends OptionSpecs> = { readonly [K in keyof O]: OptionValueOf<O[K]> };

/** Any option's value. */
export type OptionValue = string | number | boolean | readonly string[] | undefined;

/** Where option values come from, strongest first: flags, saved values, environment, defaults. */
export interface OptionSources {
  /** Values as typed on the command line, by flag name. A list option takes an array. */
  readonly flags?: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** Values of an existing machine, by property name. They stand instead of environment and defaults. */
  readonly saved?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Checks option values and fills in defaults. What was given is judged before what is absent.
 *
 * @throws {DriverError} `OPTION_INVALID` for a value of the wrong form, `OPTION_MISSING` for a required one that is absent
 */
export function resolveOptions<O extends OptionSpecs>(specs: O, sources: OptionSources): OptionValues<O> {
  const entries = Object.entries(specs);
  const given = new Map(entries.map(([property, spec]) => [property, givenValue(property, spec, sources)]));
  const values = entries.map(([property, spec]) => [property, given.get(property) ?? defaultOf(spec)]);
  return Object.fromEntries(values) as OptionValues<O>;
}

function givenValue(property: string, spec: OptionSpec, { flags = {}, saved, env = {} }: OptionSources): OptionValue {
  const typed = flags[spec.flag];
  if (typed !== undefined) return checkValue(spec, typed, `--${spec.flag}`);
  const kept = saved?.[property];
  if (kept !== undefined && kept !== null) return checkValue(spec, kept, `the saved option "${property}"`);
  const fromEnv = spec.env === undefined ? undefined : env[spec.env];
  if (fromEnv !== undefined && fromEnv !== "") return checkValue(spec, fromEnv, `$${spec.env}`);
  return undefined;
}

function defaultOf(spec: OptionSpec): OptionValue {
  if (spec.type === "boolean") return false;
  if (spec.type === "string-list") return spec.default ?? [];
  if (spec.type === "string" && spec.required === true && spec.default === undefined) {
    const orEnv = spec.env === undefined ? "" : ` (or the environment variable ${spec.env})`;
    throw new DriverError("OPTION_MISSING", `The option --${spec.flag} is required${orEnv}.`, {
      suggestions: [`Add --${spec.flag}: ${spec.usage}`],
    });
  }
  return spec.default;
}

function checkValue(spec: OptionSpec, value: unknown, origin: string): OptionValue {
  switch (spec.type) {
    case "string":
      return checkString(spec, value, origin);
    case "string-list":
      return checkList(spec, value, origin);
    case "integer":
      return checkInteger(spec, value, origin);
    case "boolean":
      return checkBoolean(spec, value, origin);
  }
}

function checkString(spec: StringOption, value: unknown, origin: string): string {
  if (typeof value !== "string") throw invalid(spec, value, origin, "a text");
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    throw invalid(spec, value, origin, `one of ${spec.choices.join(", ")}`);
  }
  if (spec.required === true && value === "") throw invalid(spec, value, origin, "not empty");
  return value;
}

function checkList(spec: StringListOption, value: unknown, origin: string): readonly string[] {
  const items = typeof value === "string" ? value.split(",").map((item) => item.trim()) : value;
  if (!Array.isArray(items) || !items.every((item) => typeof item === "string")) {
    throw invalid(spec, value, origin, "a list of texts");
  }
  return items;
}

function checkInteger(spec: IntegerOption, value: unknown, origin: string): number {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^[+-]?\d+$/.test(text.trim())) throw invalid(spec, value, origin, "a whole number");
  const number = Number(text);
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = spec;
  if (number < minimum) throw invalid(spec, value, origin, `at least ${minimum}`);
  if (number > maximum) throw invalid(spec, value, origin, `at most ${maximum}`);
  return number;
}

function checkBoolean(spec: BooleanOption, value: unknown, origin: string): boolean {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : "neither";
  if (["1", "t", "true", "yes"].includes(text)) return true;
  if (["", "0", "f", "false", "no"].includes(text)) return false;
  throw invalid(spec, value, origin, "true or false");
}

function invalid(spec: OptionSpec, value: unknown, origin: string, wanted: string): DriverError {
  const shown = spec.secret === true ? "the given value (not shown, it is a secret)" : JSON.stringify(value);
  return new DriverError("OPTION_INVALID", `${origin} is ${shown}, but it must be ${wanted}.`, {
    suggestions: [`--${spec.flag}: ${spec.usage}`],
  });
}
