import { type GoValue, sortedEntries } from "./go-value.js";

const INDENT = "    ";

/** `value` as Go's `encoding/json` writes it: keys sorted, `<`, `>` and `&` escaped. */
export function toJson(value: GoValue): string {
  return written(value, { open: "", separator: ",", colon: ":" });
}

/** As {@link toJson}, indented by four spaces. */
export function toPrettyJson(value: GoValue): string {
  return written(value, { open: "\n", separator: ",\n", colon: ": " });
}

interface Layout {
  readonly open: string;
  readonly separator: string;
  readonly colon: string;
}

function written(value: GoValue, layout: Layout, depth = 0): string {
  const inner = (each: GoValue) => written(each, layout, depth + 1);
  const enclosed = (brackets: string, items: readonly string[]) => {
    if (items.length === 0) return brackets;
    const indent = layout.open === "" ? "" : INDENT.repeat(depth + 1);
    const last = layout.open === "" ? "" : `\n${INDENT.repeat(depth)}`;
    return `${brackets[0]}${layout.open}${items.map((item) => indent + item).join(layout.separator)}${last}${brackets[1]}`;
  };
  switch (value.kind) {
    case "none":
    case "nil":
      return "null";
    case "bool":
    case "int":
      return String(value.value);
    case "float":
      return Object.is(value.value, -0) ? "-0" : String(value.value);
    case "string":
      return quoted(value.value);
    case "slice":
      return value.isNil === true ? "null" : enclosed("[]", value.elements.map(inner));
    case "map":
      return enclosed(
        "{}",
        sortedEntries(value.entries).map(([key, each]) => `${quoted(key)}${layout.colon}${inner(each)}`),
      );
    case "struct":
      return enclosed(
        "{}",
        [...value.fields].map(([key, each]) => `${quoted(key)}${layout.colon}${inner(each)}`),
      );
    case "pointer":
      return value.target === undefined ? "null" : written(value.target, layout, depth);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/\\\\|[<>&\u2028\u2029]|\\[bf]/g, (found) => {
    if (found === "\\\\") return found;
    const code = found === "\\b" ? 8 : found === "\\f" ? 12 : found.charCodeAt(0);
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
