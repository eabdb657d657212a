import { compareBytes, type GoValue, typeName } from "./go-value.js";
import { TemplateProblem } from "./problem.js";

/** Whether `one` equals any of `others`: text with text, whole numbers with each other, `float64` with `float64`, `bool` with `bool`. */
export function equalsAny(one: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0)
    throw new TemplateProblem("there is nothing to compare with", ['Compare two values or more: {{eq .Name "a" "b"}}']);
  return others.some((other) => equals(one, other));
}

/** Whether `one` is less than `other`. */
export function isLess(one: GoValue, other: GoValue): boolean {
  if (one.kind === "string" && other.kind === "string") return compareBytes(one.value, other.value) < 0;
  if (one.kind === "int" && other.kind === "int") return one.value < other.value;
  if (one.kind === "float" && other.kind === "float") return one.value < other.value;
  for (const value of [one, other]) {
    if (!["string", "int", "float"].includes(value.kind))
      throw new TemplateProblem(`a value of type ${typeName(value)} is neither less nor greater than another`);
  }
  throw incompatible(one, other);
}

function equals(one: GoValue, other: GoValue): boolean {
  if ("value" in one && "value" in other) {
    if (one.kind !== other.kind) throw incompatible(one, other);
    return one.value === other.value;
  }
  if (isNothing(one) || isNothing(other)) return isNil(one) && isNil(other);
  if (one.kind !== other.kind) throw incompatible(one, other);
  if (isNil(one) || isNil(other)) return isNil(one) && isNil(other);
  if (one.kind === "pointer" && other.kind === "pointer") return one.target === other.target;
  if (one === other && one.kind === "struct") return true;
  throw new TemplateProblem(`values of type ${typeName(other)} can't be compared`, [
    "Compare what is in them, their length (len), or what they print: {{eq (print .A) (print .B)}}",
  ]);
}

function isNothing({ kind }: GoValue): boolean {
  return kind === "none" || kind === "nil";
}

function isNil(value: GoValue): boolean {
  return isNothing(value) || (value.kind === "pointer" && value.target === undefined) || (value.kind === "slice" && value.isNil === true);
}

function incompatible(one: GoValue, other: GoValue): TemplateProblem {
  return new TemplateProblem(`values of the types ${typeName(one)} and ${typeName(other)} can't be compared`, [
    "Compare what they print: {{eq (print .A) (print .B)}}. Numbers of a machine's config.json are float64: {{eq .ConfigVersion 3.0}}",
  ]);
}
