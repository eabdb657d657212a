/** JSON that isn't what the API is known to give. Its message says what is wrong, without an end. */
export class UnexpectedJson extends Error {}

/** The fields of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws {UnexpectedJson} if it is no object */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UnexpectedJson("its JSON is no object");
  return value as Fields;
}

/** @throws {UnexpectedJson} if it is no list of objects */
export function listOf(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw new UnexpectedJson("its JSON is no list");
  return value.map(fieldsOf);
}

/** @throws {UnexpectedJson} if the field is no text */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw new UnexpectedJson(`its JSON has no ${name}`);
  return value;
}

/** The fields that hold some text, under other names: `{ publishedAt: "published_at" }`. */
export function textsOf<K extends string>(fields: Fields, names: Readonly<Record<K, string>>): Partial<Record<K, string>> {
  return present(fields, names, (value) => typeof value === "string" && value !== "") as Partial<Record<K, string>>;
}

/** The fields that hold a number, under other names. */
export function numbersOf<K extends string>(fields: Fields, names: Readonly<Record<K, string>>): Partial<Record<K, number>> {
  return present(fields, names, Number.isFinite) as Partial<Record<K, number>>;
}

function present(fields: Fields, names: Readonly<Record<string, string>>, isWanted: (value: unknown) => boolean): Record<string, unknown> {
  const found = Object.entries(names).map(([to, from]) => [to, fields[from]] as const);
  return Object.fromEntries(found.filter(([, value]) => isWanted(value)));
}
