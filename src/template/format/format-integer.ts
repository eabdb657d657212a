import { type Directive, padded } from "./directive.js";
import { characterOf, quotedCharacter, unicodeName } from "./quote.js";

const RADIX: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** A whole number as the directive wants it; nothing if its verb is not for whole numbers. */
export function formatInteger(value: bigint, directive: Directive): string | undefined {
  const radix = RADIX[directive.verb];
  if (radix !== undefined) return inRadix(value, radix, directive);
  switch (directive.verb) {
    case "c":
      return padded(characterOf(value), directive);
    case "q":
      return quotedCharacter(value, directive);
    case "U":
      return unicodeName(value, directive);
    default:
      return undefined;
  }
}

function inRadix(value: bigint, radix: number, directive: Directive): string {
  const { precision, width, verb } = directive;
  if (precision === 0 && value === 0n) return padded("", { ...directive, zero: false });
  const sign = value < 0n ? "-" : signOf(directive);
  const smallest = precision ?? (directive.zero && !directive.minus && width !== undefined ? width - sign.length : 1);
  const digits = (value < 0n ? -value : value).toString(radix).padStart(smallest, "0");
  const text = sign + prefixOf(verb, digits, directive) + (verb === "X" ? digits.toUpperCase() : digits);
  return padded(text, { ...directive, zero: false });
}

function signOf({ plus, space }: Directive): string {
  if (plus) return "+";
  return space ? " " : "";
}

function prefixOf(verb: string, digits: string, { sharp }: Directive): string {
  const octal = digits.startsWith("0") ? "" : "0";
  if (verb === "O") return sharp ? `0o${octal}` : "0o";
  if (!sharp) return "";
  switch (verb) {
    case "b":
      return "0b";
    case "o":
      return octal;
    case "x":
    case "X":
      return `0${verb}`;
    default:
      return "";
  }
}
