/** A JSON text as its own kind of value, which `JSON.stringify` writes as it stands (ECMAScript proposal "JSON.parse source text access"). */
interface RawJson {
  readonly rawJSON: string;
}

/** What TypeScript's library doesn't know of `JSON` yet. All supported versions of Node have it. */
interface SourceTextJson {
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
}

const json = JSON as unknown as SourceTextJson;

/** Something that may be a number which JavaScript would write otherwise: a long one, one with a fraction or an exponent, or -0. */
const SUSPICIOUS_NUMBER = /[[:,]\s*(?:-0|-?(?:\d{16}|\d+[.eE]))/;

/**
 * The same value as `JSON.parse(text)`, but with each number that JavaScript would write back otherwise (`9007199254740993`, `1.0`) in the form that keeps it.
 * For {@link withExactNumbers} only; `undefined` if there is no such number.
 */
export function parseExactNumbers(text: string): unknown {
  if (!SUSPICIOUS_NUMBER.test(text)) return undefined;
  let found = false;
  const exact = json.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined || JSON.stringify(value) === source) return value;
    found = true;
    return json.rawJSON(source);
  });
  return found ? exact : undefined;
}

/** `value` with the numbers that haven't changed since as they were written in the text that `exact` was parsed from. */
export function withExactNumbers(value: unknown, exact: unknown): unknown {
  if (json.isRawJSON(exact)) return typeof value === "number" && Object.is(value, Number(exact.rawJSON)) ? exact : value;
  if (Array.isArray(value)) return Array.isArray(exact) ? value.map((each, index) => withExactNumbers(each, exact[index])) : value;
  if (!isObject(value) || !isObject(exact)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, Object.hasOwn(exact, key) ? withExactNumbers(each, exact[key]) : each]),
  );
}

/** JSON as Go's `json.MarshalIndent` writes it with four spaces: characters that mean something in HTML or JavaScript are escaped. */
export function formatLikeGo(value: unknown): string {
  return JSON.stringify(value, null, 4).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Whether `value` is nested deeper than `levels`. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeperThan((value as Readonly<Record<string, unknown>>)[key], levels - 1)) return true;
  return false;
}

/** Whether `value` is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
