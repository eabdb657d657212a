import { type GoValue, goInt } from "./go-value.js";
import { TemplateProblem } from "./problem.js";

const ESCAPE = /\\(?:([0-7]{3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([abfnrtv\\'"]))|\\/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const ESCAPES_OF_GO = "Go knows these escapes: \\n \\t \\\\ \\\" (in characters \\') \\a \\b \\f \\r \\v \\101 \\x41 \\u00e9 \\U0001f433";

const LARGEST_INT = 2n ** 63n - 1n;
const LARGEST_RUNE = 0x10ffff;

/**
 * The value of a text in double quotes, a character in single quotes left out.
 *
 * @throws {TemplateProblem} for an escape that Go doesn't know
 */
export function unquoted(literal: string): string {
  const parts: Uint8Array[] = [];
  let offset = 1;
  for (const found of literal.slice(0, -1).matchAll(ESCAPE)) {
    parts.push(Buffer.from(literal.slice(offset, found.index)), unescaped(found, '"'));
    offset = found.index + found[0].length;
  }
  parts.push(Buffer.from(literal.slice(offset, -1)));
  return Buffer.concat(parts).toString();
}

/**
 * The value of a character such as `'a'` or `'\n'`: an `int`.
 *
 * @throws {TemplateProblem} if it is not exactly one character
 */
export function characterValue(literal: string): GoValue {
  const inside = literal.slice(1, -1);
  const [found] = inside.matchAll(ESCAPE);
  if (found?.index === 0 && found[0] === inside) {
    const byte = found[1] ?? found[2];
    if (byte !== undefined) return goInt(unescaped(found, "'")[0] ?? 0);
    return goInt(Buffer.from(unescaped(found, "'")).toString().codePointAt(0) ?? 0);
  }
  if ([...inside].length !== 1 || inside === "'") throw new TemplateProblem(`${literal} is not one character`, [ESCAPES_OF_GO]);
  return goInt(inside.codePointAt(0) ?? 0);
}

/**
 * The value of a number as Go writes it: `12`, `0x1F`, `0b11`, `0o17`, `017`, `1_000`, `1.5`, `1e3`, `0x1p4`.
 *
 * @throws {TemplateProblem} if it is none, or does not fit into 64 bits
 */
export function numberValue(literal: string): GoValue {
  const integer = integerOf(literal);
  if (integer !== undefined) {
    if (integer > LARGEST_INT || integer < -LARGEST_INT - 1n) throw new TemplateProblem(`${literal} doesn't fit into an int (64 bits)`);
    return goInt(integer);
  }
  const float = floatOf(literal);
  if (float === undefined)
    throw new TemplateProblem(`${literal} is not a number`, ["Numbers are written as in Go: 12, 0x1F, 0b11, 0o17, 1_000, 1.5, 1e3"]);
  if (!Number.isFinite(float)) throw new TemplateProblem(`${literal} doesn't fit into a float64`);
  return { kind: "float", value: float };
}

function integerOf(literal: string): bigint | undefined {
  const [, sign, prefix, digits = ""] = /^([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?|0_?(?=\d))?([\da-fA-F_]+)$/.exec(literal) ?? [];
  const radix = { x: 16, o: 8, b: 2, 0: 8 }[prefix?.replace("_", "").at(-1)?.toLowerCase() ?? ""] ?? 10;
  const plain = withoutUnderscores(digits);
  if (plain === undefined || [...plain].some((digit) => Number.isNaN(Number.parseInt(digit, radix)))) return undefined;
  const value = BigInt(radix === 10 ? plain : `${{ 16: "0x", 8: "0o", 2: "0b" }[radix]}${plain}`);
  return sign === "-" ? -value : value;
}

function floatOf(literal: string): number | undefined {
  const [, sign, whole, fraction = "", exponent] = /^([+-]?)0[xX]_?([\da-fA-F_]*)\.?([\da-fA-F_]*)[pP]([+-]?\d+)$/.exec(literal) ?? [];
  if (exponent !== undefined && whole !== undefined) {
    const digits = withoutUnderscores(`${whole}${fraction}`);
    if (digits === undefined) return undefined;
    return (sign === "-" ? -1 : 1) * Number.parseInt(digits, 16) * 2 ** (Number(exponent) - 4 * fraction.replaceAll("_", "").length);
  }
  const isFloat = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.[\d_]+)(?:[eE][+-]?\d+)?$/.test(literal) && /[.eE]/.test(literal);
  const isWellParted = !/(?<!\d)_|_(?!\d)/.test(literal);
  return isFloat && isWellParted ? Number(literal.replaceAll("_", "")) : undefined;
}

/** Underscores must stand between digits. */
function withoutUnderscores(digits: string): string | undefined {
  return /^[\da-fA-F]+(?:_[\da-fA-F]+)*$/.test(digits) ? digits.replaceAll("_", "") : undefined;
}

function unescaped([written, octal, byte, short, long, letter]: RegExpExecArray, quote: '"' | "'"): Uint8Array {
  if (octal !== undefined || byte !== undefined)
    return oneByte(Number.parseInt(octal ?? byte ?? "", octal === undefined ? 16 : 8), written);
  const digits = short ?? long;
  if (digits !== undefined) return Buffer.from(runeOf(Number.parseInt(digits, 16), written));
  const isQuote = letter === '"' || letter === "'";
  if (letter === undefined || (isQuote && letter !== quote))
    throw new TemplateProblem("there is an escape (\\) that Go doesn't know", [ESCAPES_OF_GO]);
  return Buffer.from(SHORT_ESCAPES[letter] ?? letter);
}

function oneByte(value: number, written: string): Uint8Array {
  if (value > 0xff) throw new TemplateProblem(`${written} is more than one byte`, [ESCAPES_OF_GO]);
  return Uint8Array.of(value);
}

function runeOf(value: number, written: string): string {
  const isSurrogate = value >= 0xd800 && value <= 0xdfff;
  if (value > LARGEST_RUNE || isSurrogate) throw new TemplateProblem(`${written} is not a character`, [ESCAPES_OF_GO]);
  return String.fromCodePoint(value);
}
