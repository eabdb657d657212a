import { type Directive, padded } from "./directive.js";

const SHORT: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

const LARGEST_RUNE = 0x10ffffn;
const REPLACEMENT = "\uFFFD";

/** Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols and the space. */
function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

/** `%q` of text: in double quotes with escapes, with `#` in back quotes if it can be, with `+` in ASCII. */
export function quotedText(text: string, directive: Directive): string {
  const isRaw = directive.sharp && [...text].every(canBeRaw);
  return padded(isRaw ? `\`${text}\`` : quoted(text, '"', directive), directive);
}

/** Whether the character may stand in back quotes. */
function canBeRaw(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return character === "\t" || (code >= 0x20 && !["`", "\x7f", "\uFEFF", "\uFFFD"].includes(character));
}

/** The number's character; U+FFFD if there is none. */
export function characterOf(rune: bigint): string {
  const isSurrogate = rune >= 0xd800n && rune <= 0xdfffn;
  return rune < 0n || rune > LARGEST_RUNE || isSurrogate ? REPLACEMENT : String.fromCodePoint(Number(rune));
}

/** `%q` of a number: its character in single quotes. */
export function quotedCharacter(rune: bigint, directive: Directive): string {
  return padded(quoted(characterOf(rune), "'", directive), directive);
}

/** `%U` of a number: `U+0041`, with `#` the character behind it. */
export function unicodeName(rune: bigint, directive: Directive): string {
  const digits = BigInt.asUintN(64, rune)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, directive.precision ?? 0), "0");
  const character = rune >= 0n && rune <= LARGEST_RUNE ? characterOf(rune) : "";
  const shown = directive.sharp && isPrintable(character) ? ` '${character}'` : "";
  return padded(`U+${digits}${shown}`, { ...directive, zero: false });
}

function quoted(text: string, quote: '"' | "'", { plus }: Directive): string {
  return quote + [...text].map((character) => escaped(character, quote, plus ? "ascii" : "unicode")).join("") + quote;
}

function escaped(character: string, quote: string, charset: "ascii" | "unicode"): string {
  if (character === quote) return `\\${quote}`;
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (isPrintable(character) && (charset === "unicode" || code < 0x80)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
