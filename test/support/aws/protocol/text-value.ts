import type { ShapeType } from "../model/service-model.ts";

/** A value read from text, or what should have been there. */
export interface TextValue {
  /** `undefined`: the text isn't such a value. */
  readonly value: unknown;
  readonly wanted: string;
}

// RFC 3339, as Smithy's timestamp format "date-time" has it.
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads a value as the query protocols write it. */
export function readText(type: ShapeType, text: string): TextValue {
  switch (type) {
    case "boolean":
      return { value: text === "true" ? true : text === "false" ? false : undefined, wanted: "true or false" };
    case "integer":
    case "long":
      return { value: /^-?\d+$/.test(text) ? Number(text) : undefined, wanted: "an integer" };
    case "double":
    case "float":
      return { value: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined, wanted: "a number" };
    case "timestamp":
      return { value: DATE_TIME.test(text) ? new Date(text) : undefined, wanted: "a time like 2026-11-23T12:00:00Z" };
    case "blob":
      return { value: BASE64.test(text) ? Buffer.from(text, "base64") : undefined, wanted: "Base64" };
    default:
      return { value: text, wanted: "a string" };
  }
}

/** Writes a value as the XML protocols do. */
export function writeText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return String(value);
}
