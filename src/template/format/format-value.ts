import { ANYTHING, type GoValue, sortedEntries, typeName } from "../go-value.js";
import { type Directive, PLAIN, padded } from "./directive.js";
import { formatFloat } from "./format-float.js";
import { formatInteger } from "./format-integer.js";
import { quotedText } from "./quote.js";

/** Go prints addresses. Ours stand for any. */
const ADDRESS = 0xc000012000n;

/** What Go's `fmt.Sprint` makes of the values: a space between two of them if neither is text. */
export function sprint(values: readonly GoValue[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const isApart = before !== undefined && before.kind !== "string" && value.kind !== "string";
      return (isApart ? " " : "") + formatValue(value, PLAIN);
    })
    .join("");
}

/** What Go's `fmt.Sprintln` makes of the values. */
export function sprintln(values: readonly GoValue[]): string {
  return `${values.map((value) => formatValue(value, PLAIN)).join(" ")}\n`;
}

/** One value as Go's `fmt` prints it. */
export function formatValue(value: GoValue, directive: Directive): string {
  if (directive.verb === "T" && (value.kind === "nil" || value.kind === "none")) return padded("<nil>", directive);
  // Go has it for errors of errors only, and refuses a list as a whole.
  if (directive.verb === "w") return mismatch(value, directive);
  if (directive.verb === "T") return formatText(typeName(value), { ...directive, verb: "s" }) ?? "";
  if (directive.verb === "p" && value.kind !== "nil" && value.kind !== "none") return pointerTo(value, directive);
  return new Printer(directive, "methods").print(value, 0);
}

/** `%!d(string=a)`: the value doesn't go with the verb. */
function mismatch(value: GoValue, directive: Directive): string {
  if (value.kind === "nil" || value.kind === "none") return `%!${directive.verb}(<nil>)`;
  const shown = new Printer({ ...directive, verb: "v" }, "values").print(value, 0);
  return `%!${directive.verb}(${typeName(value)}=${shown})`;
}

class Printer {
  readonly #directive: Directive;
  /** Whether a method String decides what is printed. */
  readonly #by: "methods" | "values";

  constructor(directive: Directive, by: "methods" | "values") {
    this.#directive = directive;
    this.#by = by;
  }

  /** @param depth how many values are around this one */
  print(value: GoValue, depth: number): string {
    const text = this.#printed(value, depth);
    return text ?? mismatch(value, this.#directive);
  }

  #printed(value: GoValue, depth: number): string | undefined {
    const directive = this.#directive;
    switch (value.kind) {
      case "none":
      case "nil":
        return this.#nothing(depth);
      case "bool":
        return "tv".includes(directive.verb) ? padded(String(value.value), directive) : undefined;
      case "string":
        return formatText(value.value, directive);
      case "float":
        return formatFloat(value.value, directive);
      case "int":
        return this.#integer(value);
      case "slice":
        return this.#slice(value, depth);
      case "map":
        return this.#map(value, depth);
      case "struct":
        return this.#struct(value, depth);
      case "pointer":
        return this.#pointer(value, depth);
    }
  }

  #nothing(depth: number): string | undefined {
    if (depth > 0) return this.#directive.asSource ? `${ANYTHING}(nil)` : "<nil>";
    return this.#directive.verb === "v" ? padded("<nil>", this.#directive) : undefined;
  }

  #integer(value: GoValue & { readonly kind: "int" }): string | undefined {
    const directive = this.#directive;
    const method = value.methods?.get("String");
    if (method !== undefined && this.#by === "methods" && !directive.asSource && "vsxXq".includes(directive.verb)) {
      const text = method.call([]);
      return text.kind === "string" ? formatText(text.value, directive) : undefined;
    }
    const isUnsignedSource = directive.asSource && value.type.startsWith("uint");
    return formatInteger(value.value, isUnsignedSource ? { ...directive, verb: "x", sharp: true } : directive);
  }

  #slice({ elementType, elements, isNil }: GoValue & { readonly kind: "slice" }, depth: number): string {
    const items = elements.map((element) => this.print(element, depth + 1));
    if (!this.#directive.asSource) return `[${items.join(" ")}]`;
    return isNil === true ? `[]${elementType}(nil)` : `[]${elementType}{${items.join(", ")}}`;
  }

  #map(value: GoValue & { readonly kind: "map" }, depth: number): string {
    const items = sortedEntries(value.entries).map(
      ([key, element]) => `${this.print({ kind: "string", value: key }, depth + 1)}:${this.print(element, depth + 1)}`,
    );
    return this.#directive.asSource ? `${typeName(value)}{${items.join(", ")}}` : `map[${items.join(" ")}]`;
  }

  #struct({ type, fields }: GoValue & { readonly kind: "struct" }, depth: number): string {
    const { withNames, asSource } = this.#directive;
    const items = [...fields].map(([name, field]) => (withNames || asSource ? `${name}:` : "") + this.print(field, depth + 1));
    return asSource ? `${type}{${items.join(", ")}}` : `{${items.join(" ")}}`;
  }

  /** Go prints the address of a struct that is inside of another value; of use to nobody, so it is shown as at the top. */
  #pointer(value: GoValue & { readonly kind: "pointer" }, depth: number): string {
    if (value.target !== undefined) return `&${this.print(value.target, depth + 1)}`;
    if (this.#directive.asSource) return `(${typeName(value)})(nil)`;
    return this.#directive.verb === "v"
      ? padded("<nil>", this.#directive)
      : (formatInteger(0n, this.#directive) ?? mismatch(value, this.#directive));
  }
}

function pointerTo(value: GoValue, directive: Directive): string {
  if (!["slice", "map", "pointer"].includes(value.kind)) return mismatch(value, directive);
  const isNil = (value.kind === "slice" && value.isNil === true) || (value.kind === "pointer" && value.target === undefined);
  return formatInteger(isNil ? 0n : ADDRESS, { ...directive, verb: "x", sharp: !directive.sharp }) ?? "";
}

/** Text as the directive wants it; nothing if its verb is not for text. */
function formatText(text: string, directive: Directive): string | undefined {
  const { verb, precision, asSource } = directive;
  const shown = precision === undefined ? text : [...text].slice(0, precision).join("");
  switch (verb) {
    case "v":
      return asSource ? quotedText(shown, { ...directive, plus: false }) : padded(shown, directive);
    case "s":
      return padded(shown, directive);
    case "q":
      return quotedText(shown, directive);
    case "x":
    case "X":
      return padded(hexadecimal(text, directive), directive);
    default:
      return undefined;
  }
}

/** The bytes of the text. `#` puts 0x before them, a space as flag puts one between them. */
function hexadecimal(text: string, { verb, precision, sharp, space }: Directive): string {
  const bytes = Buffer.from(text).subarray(0, precision);
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const digits = space ? pairs.join(sharp ? " 0x" : " ") : pairs.join("");
  const all = sharp && pairs.length > 0 ? `0x${digits}` : digits;
  return verb === "X" ? all.toUpperCase() : all;
}
