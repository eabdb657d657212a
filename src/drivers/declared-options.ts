import type { OptionSpec } from "@docker-machine/driver-sdk";

const TYPES: Readonly<Record<OptionSpec["type"], readonly Check[]>> = {
  string: [optional("default", isText), optional("required", isBoolean), optional("choices", isTexts)],
  "string-list": [optional("default", isTexts)],
  integer: [optional("default", isInteger), optional("minimum", isInteger), optional("maximum", isInteger)],
  boolean: [],
};
const COMMON: readonly Check[] = [optional("env", isText), optional("secret", isBoolean)];
const FLAG = /^[a-z0-9][a-z0-9-]*$/;

type Fields = Readonly<Record<string, unknown>>;
type Check = (fields: Fields) => boolean;

/**
 * The options that a package.json declares under `dockerMachine.options`, for showing them before any code of the driver is here. What a driver really takes is in its code.
 *
 * @returns undefined if it declares none; entries that are no options are left out
 */
export function declaredOptions(manifest: unknown): readonly OptionSpec[] | undefined {
  const field = isFields(manifest) ? manifest.dockerMachine : undefined;
  const options = isFields(field) ? field.options : undefined;
  return Array.isArray(options) ? options.filter(isOption) : undefined;
}

function isOption(value: unknown): value is OptionSpec {
  if (!isFields(value) || typeof value.flag !== "string" || !FLAG.test(value.flag) || typeof value.usage !== "string") return false;
  const type = Object.entries(TYPES).find(([name]) => name === value.type);
  return type !== undefined && [...COMMON, ...type[1]].every((check) => check(value));
}

function optional(name: string, is: (value: unknown) => boolean): Check {
  return (fields) => fields[name] === undefined || is(fields[name]);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
