/** A number in decimal: `0.digits` times ten to the power of `point`. No digits at all is zero. */
export interface Decimal {
  /** Without zeros at either end. */
  readonly digits: string;
  readonly point: number;
}

/** A `float64` as it is stored: `mantissa` times two to the power of `exponent`. */
export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 52n;
const BIAS = 1075;

/** The parts of a finite number's absolute value. */
export function binaryOf(value: number): Binary {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const all = bits.getBigUint64(0);
  const biased = Number(all >> MANTISSA_BITS);
  const fraction = all & ((1n << MANTISSA_BITS) - 1n);
  return biased === 0
    ? { mantissa: fraction, exponent: 1 - BIAS }
    : { mantissa: fraction | (1n << MANTISSA_BITS), exponent: biased - BIAS };
}

/** The exact value of a finite number, without its sign. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryOf(value);
  const digits = (exponent < 0 ? mantissa * 5n ** BigInt(-exponent) : mantissa << BigInt(exponent)).toString();
  return trimmed(digits, digits.length + Math.min(exponent, 0));
}

/** The fewest digits that are read back as the same number. */
export function shortestDecimal(value: number): Decimal {
  const [, whole = "", fraction = "", exponent = ""] = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(Math.abs(value).toExponential()) ?? [];
  return trimmed(whole + fraction, Number(exponent) + 1);
}

/** The number with at most `count` digits: half of a digit is rounded to the even one. */
export function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: "", point: 0 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isOdd = "13579".includes(kept.at(-1) ?? "0");
  const goesUp = rest > "5" || (rest === "5" && isOdd);
  if (!goesUp) return trimmed(kept, point);
  const next = (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(count, "0");
  return trimmed(next, point + next.length - count);
}

function trimmed(digits: string, point: number): Decimal {
  const start = digits.search(/[^0]/);
  return start < 0 ? { digits: "", point: 0 } : { digits: digits.slice(start).replace(/0+$/, ""), point: point - start };
}
