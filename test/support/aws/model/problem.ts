/** What is wrong with a structure. */
export interface Problem {
  /** `enum`: a value of the right type that the model's enum doesn't have. Clients don't check those, and may leave it to the service. */
  readonly kind: "enum" | "missing" | "unknown" | "value";
  /** By the model's names, from the top: `NetworkInterfaces[0].Groups`. */
  readonly path: string;
  /** Says what is wrong with a value: `is "yes", not a boolean`. */
  readonly text: string;
}

export function missing(path: string): Problem {
  return { kind: "missing", path, text: "is required, and missing" };
}

export function unknown(path: string): Problem {
  return { kind: "unknown", path, text: "isn't in the service's model" };
}

export function wrong(path: string, value: unknown, wanted: string): Problem {
  return { kind: "value", path, text: `is ${written(value)}, not ${wanted}` };
}

export function notAmong(path: string, value: unknown, values: readonly string[]): Problem {
  return { ...wrong(path, value, `one of ${values.join(", ")}`), kind: "enum" };
}

/** The place of a member, for messages. */
export function memberPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function written(value: unknown): string {
  const text = typeof value === "bigint" || typeof value === "symbol" ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
