import { binaryOf, type Decimal, exactDecimal, rounded, shortestDecimal } from "./decimal.js";
import { type Directive, padded } from "./directive.js";

const VERBS = "vbeEfFgGxX";

/** A `float64` as the directive wants it; nothing if its verb is not for such a number. */
export function formatFloat(value: number, directive: Directive): string | undefined {
  if (!VERBS.includes(directive.verb)) return undefined;
  const sign = signOf(value, directive);
  if (!Number.isFinite(value)) return padded(`${sign === "" ? "+" : sign}Inf`, { ...directive, zero: false });
  const verb = directive.verb === "v" ? "g" : directive.verb.replace("F", "f");
  const plain = unsigned(value, verb, directive.precision);
  const number = directive.sharp && verb !== "b" ? withPoint(plain, verb, directive.precision) : plain;
  if (!directive.zero || sign === "") return padded(sign + number, directive);
  return sign + padded(number, { ...directive, width: (directive.width ?? 0) - sign.length });
}

function signOf(value: number, { plus, space }: Directive): string {
  if (value < 0 || Object.is(value, -0)) return "-";
  if (plus) return "+";
  return space ? " " : "";
}

function unsigned(value: number, verb: string, precision: number | undefined): string {
  switch (verb) {
    case "b": {
      const { mantissa, exponent } = binaryOf(value);
      return `${mantissa}p${signed(exponent)}`;
    }
    case "x":
      return hexadecimal(value, precision);
    case "X":
      return hexadecimal(value, precision).toUpperCase();
    case "f": {
      const decimal = exactDecimal(value);
      return fixed(rounded(decimal, decimal.point + (precision ?? 6)), precision ?? 6);
    }
    case "e":
    case "E":
      return scientific(rounded(exactDecimal(value), (precision ?? 6) + 1), precision ?? 6, verb);
    default:
      return general(value, verb === "G" ? "E" : "e", precision);
  }
}

/** `%g`: with an exponent if that is large (6 for the shortest form) or less than -4. */
function general(value: number, letter: string, precision: number | undefined): string {
  const wanted = Math.max(precision ?? 0, 1);
  const decimal = precision === undefined ? shortestDecimal(value) : rounded(exactDecimal(value), wanted);
  const { digits, point } = decimal;
  const limit = precision === undefined ? 6 : wanted > digits.length && digits.length >= point ? digits.length : wanted;
  const exponent = (digits === "" ? 0 : point) - 1;
  if (exponent < -4 || exponent >= limit) return scientific(decimal, Math.max(digits.length - 1, 0), letter);
  return fixed(decimal, Math.max(digits.length - point, 0));
}

function fixed({ digits, point }: Decimal, places: number): string {
  const all = point > 0 ? digits.padEnd(point, "0") : "0".repeat(1 - point) + digits;
  const whole = Math.max(point, 1);
  const fraction = all.slice(whole).padEnd(places, "0");
  return places === 0 ? all.slice(0, whole) : `${all.slice(0, whole)}.${fraction}`;
}

function scientific({ digits, point }: Decimal, places: number, letter: string): string {
  const fraction = digits.slice(1).padEnd(places, "0");
  return `${digits[0] ?? "0"}${places === 0 ? "" : `.${fraction}`}${letter}${signed(digits === "" ? 0 : point - 1, 2)}`;
}

/** `0x1.8p+01` */
function hexadecimal(value: number, precision: number | undefined): string {
  if (value === 0) return `0x0${precision === undefined || precision === 0 ? "" : `.${"0".repeat(precision)}`}p+00`;
  let { mantissa, exponent } = binaryOf(value);
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  if (precision !== undefined && precision < 13) {
    const dropped = BigInt(52 - 4 * precision);
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const all = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  const fraction = precision === undefined ? all.replace(/0+$/, "") : all.slice(0, precision).padEnd(precision, "0");
  return `0x1${fraction === "" ? "" : `.${fraction}`}p${signed(exponent + 52, 2)}`;
}

function signed(exponent: number, digits = 1): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(digits, "0")}`;
}

/** The flag `#`: always a point, and for `%g` the zeros that the precision asks for. */
function withPoint(number: string, verb: string, precision: number | undefined): string {
  const isHexadecimal = verb === "x" || verb === "X";
  const [, mantissa = "", tail = ""] = (isHexadecimal ? /^(.*?)([pP].*)?$/ : /^(.*?)([eE].*)?$/).exec(number) ?? [];
  const pointed = mantissa.includes(".") ? mantissa : `${mantissa}.`;
  if (verb !== "g" && verb !== "G" && verb !== "x") return pointed + tail;
  const significant = mantissa === "0" ? 1 : mantissa.replace(".", "").replace(/^0+/, "").length;
  return pointed + "0".repeat(Math.max((precision ?? 6) - significant, 0)) + tail;
}
