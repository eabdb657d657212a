import { readFileSync } from "node:fs";

/** A field that docs/json.md lists. */
interface Field {
  readonly types: readonly string[];
  readonly optional: boolean;
}

const page = readFileSync(new URL("../../docs/json.md", import.meta.url), "utf8");

/** The fields that docs/json.md lists for each command, by path: `machines[].name`. */
export const documentedFields: ReadonlyMap<string, ReadonlyMap<string, Field>> = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), fieldsOf(section)]),
);

function fieldsOf(section: string): ReadonlyMap<string, Field> {
  const rows = [...section.matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)];
  return new Map(
    rows.map(([, path = "", type = ""]) => [path, { types: type.replace("?", "").split(" or "), optional: type.endsWith("?") }]),
  );
}

/** How a document differs from what is documented for its command; empty if it doesn't. */
export function differences(command: string, document: unknown): string[] {
  const fields = documentedFields.get(command);
  if (fields === undefined) return [`docs/json.md has no section ${command}`];
  return compare(document, "", fields);
}

function compare(value: unknown, path: string, fields: ReadonlyMap<string, Field>): string[] {
  const field = fields.get(path);
  const type = typeOf(value);
  // What an array of objects holds is told by the fields of its elements.
  const isElement = path.endsWith("[]") && type === "object";
  if (path !== "" && field === undefined && !isElement) return [`${path} is not documented`];
  if (field?.types.includes("anything")) return [];
  if (field !== undefined && !field.types.includes(type)) return [`${path} is ${type}, not ${field.types.join(" or ")}`];
  if (Array.isArray(value)) return value.flatMap((each) => compare(each, `${path}[]`, fields));
  if (type !== "object") return [];
  const present = Object.entries(value as object);
  const prefix = path === "" ? "" : `${path}.`;
  const names = new Set(present.map(([name]) => `${prefix}${name}`));
  const missing = [...fields].filter(([each, { optional }]) => isChild(each, prefix) && !optional && !names.has(each));
  return [
    ...missing.map(([each]) => `${each} is missing`),
    ...present.flatMap(([name, each]) => compare(each, `${prefix}${name}`, fields)),
  ];
}

function isChild(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && /^[^.[]+$/.test(path.slice(prefix.length));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
