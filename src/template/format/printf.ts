import type { GoValue } from "../go-value.js";
import { typeName } from "../go-value.js";
import { type Directive, PLAIN } from "./directive.js";
import { formatValue } from "./format-value.js";

/** A width or precision that comes as a value must not be larger, as in Go. */
const LARGEST = 1_000_000;

/** One that stands in the format must have at most this many digits. */
const MOST_DIGITS = 7;

/** What Go's `fmt.Sprintf` makes of the format and the values. It never fails: what doesn't fit is shown as `%!d(string=a)`. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  return new FormatReader(format, values).result();
}

type Draft = { -readonly [Key in keyof Directive]: Directive[Key] };

class FormatReader {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #offset = 0;
  #nextValue = 0;
  /** Whether values were asked for by their number: then what is left over is no mistake. */
  #isReordered = false;
  /** Whether the last number in brackets was that of a value. */
  #isGoodNumber = true;
  /** Whether a number in brackets came just before. */
  #isAfterNumber = false;

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  result(): string {
    let text = "";
    while (this.#offset < this.#format.length) {
      const percent = this.#format.indexOf("%", this.#offset);
      const end = percent < 0 ? this.#format.length : percent;
      text += this.#format.slice(this.#offset, end);
      this.#offset = end + 1;
      if (percent >= 0) text += this.#directive();
    }
    return text + this.#extra();
  }

  #directive(): string {
    this.#isGoodNumber = true;
    this.#isAfterNumber = false;
    const draft = { ...PLAIN };
    this.#flags(draft);
    const problem = this.#width(draft) + this.#precision(draft);
    if (!this.#isAfterNumber) this.#valueNumber();
    const verb = this.#format.codePointAt(this.#offset);
    if (verb === undefined) return `${problem}%!(NOVERB)`;
    draft.verb = String.fromCodePoint(verb);
    this.#offset += draft.verb.length;
    return problem + this.#printed(draft);
  }

  #printed(draft: Draft): string {
    const { verb } = draft;
    if (verb === "%") return "%";
    if (!this.#isGoodNumber) return `%!${verb}(BADINDEX)`;
    const value = this.#values[this.#nextValue];
    if (value === undefined) return `%!${verb}(MISSING)`;
    this.#nextValue++;
    if (verb === "v") Object.assign(draft, { asSource: draft.sharp, sharp: false, withNames: draft.plus, plus: false });
    return formatValue(value, draft);
  }

  #flags(draft: Draft): void {
    for (; ; this.#offset++) {
      switch (this.#format[this.#offset]) {
        case "#":
          draft.sharp = true;
          break;
        case "0":
          draft.zero = !draft.minus;
          break;
        case "+":
          draft.plus = true;
          break;
        case "-":
          draft.minus = true;
          draft.zero = false;
          break;
        case " ":
          draft.space = true;
          break;
        default:
          return;
      }
    }
  }

  /** @returns what there is to complain about */
  #width(draft: Draft): string {
    this.#valueNumber();
    if (this.#takes("*")) {
      const width = this.#starValue();
      this.#isAfterNumber = false;
      if (width === undefined) return "%!(BADWIDTH)";
      if (width < 0) Object.assign(draft, { minus: true, zero: false });
      draft.width = Math.abs(width);
      return "";
    }
    draft.width = this.#number();
    if (this.#isAfterNumber && draft.width !== undefined) this.#isGoodNumber = false;
    return "";
  }

  /** @returns what there is to complain about */
  #precision(draft: Draft): string {
    if (this.#offset === this.#format.length - 1 || !this.#takes(".")) return "";
    if (this.#isAfterNumber) this.#isGoodNumber = false;
    this.#valueNumber();
    if (!this.#takes("*")) {
      draft.precision = this.#number() ?? 0;
      return "";
    }
    const precision = this.#starValue();
    this.#isAfterNumber = false;
    if (precision === undefined) return "%!(BADPREC)";
    if (precision >= 0) draft.precision = precision;
    return precision < 0 ? "%!(BADPREC)" : "";
  }

  #takes(character: string): boolean {
    const isThere = this.#format[this.#offset] === character;
    if (isThere) this.#offset++;
    return isThere;
  }

  /** A number in the format. One that is too large ends it. */
  #number(): number | undefined {
    const [digits] = /^\d+/.exec(this.#format.slice(this.#offset)) ?? [];
    if (digits === undefined) return undefined;
    if (digits.length > MOST_DIGITS) {
      this.#offset = this.#format.length;
      return undefined;
    }
    this.#offset += digits.length;
    return Number(digits);
  }

  /** The value for a `*`, if it is a whole number of a bearable size. */
  #starValue(): number | undefined {
    const value = this.#values[this.#nextValue];
    if (value === undefined) return undefined;
    this.#nextValue++;
    const number = value.kind === "int" ? Number(value.value) : undefined;
    return number !== undefined && Math.abs(number) <= LARGEST ? number : undefined;
  }

  /** `[2]`: which value comes next. */
  #valueNumber(): void {
    if (this.#format[this.#offset] !== "[") {
      this.#isAfterNumber = false;
      return;
    }
    this.#isReordered = true;
    const close = this.#format.indexOf("]", this.#offset);
    const inside = this.#format.slice(this.#offset + 1, close);
    this.#offset = close < 0 ? this.#offset + 1 : close + 1;
    const isNumber = close >= 0 && /^\d{1,7}$/.test(inside);
    this.#isAfterNumber = isNumber;
    if (isNumber && Number(inside) >= 1 && Number(inside) <= this.#values.length) this.#nextValue = Number(inside) - 1;
    else this.#isGoodNumber = false;
  }

  #extra(): string {
    const left = this.#values.slice(this.#nextValue);
    if (this.#isReordered || left.length === 0) return "";
    const shown = left.map((value) =>
      value.kind === "nil" || value.kind === "none" ? "<nil>" : `${typeName(value)}=${formatValue(value, PLAIN)}`,
    );
    return `%!(EXTRA ${shown.join(", ")})`;
  }
}
