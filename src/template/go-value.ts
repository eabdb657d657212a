/** A method of a Go value, as a template calls it: `{{.ResponseTime.Round 1000000}}`. */
export interface GoMethod {
  /** How many integers it takes. No method of what `ls` prints takes anything else. */
  readonly parameters: number;
  call(args: readonly bigint[]): GoValue;
}

/** What is not there: a missing key of a map, the value of a pipeline whose result is nothing. Printed as `<no value>`. */
interface NoValue {
  readonly kind: "none";
}

/** An `interface{}` that holds nothing, such as JSON's null in a list. */
interface GoNil {
  readonly kind: "nil";
}

interface GoBool {
  readonly kind: "bool";
  readonly value: boolean;
}

/** A string. Go counts its bytes in UTF-8, and so do `len`, `index` and `slice`. */
export interface GoString {
  readonly kind: "string";
  readonly value: string;
}

/** A whole number of any of Go's types. */
export interface GoInt {
  readonly kind: "int";
  /** `int`, `uint8`, `int32`, or a type with a name of its own such as `time.Duration`. */
  readonly type: string;
  readonly value: bigint;
  /** What Go's type can do. A method `String` decides how the value is printed. */
  readonly methods?: ReadonlyMap<string, GoMethod>;
}

interface GoFloat {
  readonly kind: "float";
  readonly value: number;
}

interface GoSlice {
  readonly kind: "slice";
  /** `string`, or `interface {}` for a list of anything. */
  readonly elementType: string;
  readonly elements: readonly GoValue[];
  /** Whether Go has nil instead of an empty slice here: it prints the same, but is `null` in JSON. */
  readonly isNil?: boolean;
}

interface GoMap {
  readonly kind: "map";
  readonly elementType: string;
  readonly entries: ReadonlyMap<string, GoValue>;
}

/** A struct. Its fields keep their order. */
export interface GoStruct {
  readonly kind: "struct";
  /** With its package: `swarm.Options`. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, GoValue>;
}

interface GoPointer {
  readonly kind: "pointer";
  /** The type of what it points to. */
  readonly targetType: string;
  /** Absent: a nil pointer. */
  readonly target?: GoStruct;
}

/** A value as Go's reflection sees it, of the kinds that `ls` and `inspect` show. */
export type GoValue = NoValue | GoNil | GoBool | GoString | GoInt | GoFloat | GoSlice | GoMap | GoStruct | GoPointer;

/** Go's name for a list or map of anything. */
export const ANYTHING = "interface {}";

/** See {@link NoValue}. */
export const NO_VALUE: GoValue = { kind: "none" };

export function goBool(value: boolean): GoValue {
  return { kind: "bool", value };
}

export function goString(value: string): GoValue {
  return { kind: "string", value };
}

/** @param value a whole number */
export function goInt(value: number | bigint, type = "int"): GoInt {
  return { kind: "int", type, value: BigInt(value) };
}

/** The value that Go's `encoding/json` makes of JSON: maps and lists of anything, and each number a `float64`. */
export function goValueOfJson(json: unknown): GoValue {
  if (typeof json === "boolean") return goBool(json);
  if (typeof json === "number") return { kind: "float", value: json };
  if (typeof json === "string") return goString(json);
  if (Array.isArray(json)) return { kind: "slice", elementType: ANYTHING, elements: json.map(goValueOfJson) };
  if (typeof json !== "object" || json === null) return { kind: "nil" };
  const members = Object.entries(json).filter(([, member]) => member !== undefined);
  return { kind: "map", elementType: ANYTHING, entries: new Map(members.map(([key, member]) => [key, goValueOfJson(member)])) };
}

/** The name of the value's type, as Go prints it. */
export function typeName(value: GoValue): string {
  switch (value.kind) {
    case "none":
    case "nil":
      return "<nil>";
    case "float":
      return "float64";
    case "slice":
      return `[]${value.elementType}`;
    case "map":
      return `map[string]${value.elementType}`;
    case "pointer":
      return `*${value.targetType}`;
    case "int":
    case "struct":
      return value.type;
    default:
      return value.kind;
  }
}

/** What a pointer points to, if it points to something; any other value as it is. */
export function withoutPointer(value: GoValue): GoValue {
  return value.kind === "pointer" ? (value.target ?? value) : value;
}

/** Whether `if`, `with`, `and`, `or` and `not` take the value for true: what is not zero, empty or nothing. */
export function isTrue(value: GoValue): boolean {
  switch (value.kind) {
    case "none":
    case "nil":
      return false;
    case "bool":
      return value.value;
    case "string":
      return value.value !== "";
    case "int":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "slice":
      return value.elements.length > 0;
    case "map":
      return value.entries.size > 0;
    case "struct":
      return true;
    case "pointer":
      return value.target !== undefined;
  }
}

/** The entries of a map in Go's order: by the bytes of the keys. */
export function sortedEntries(entries: ReadonlyMap<string, GoValue>): [string, GoValue][] {
  return [...entries].sort(([one], [other]) => compareBytes(one, other));
}

/** As `Array.sort` wants it: how Go orders two strings. */
export function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
