import { type GoMethod, type GoStruct, type GoValue, NO_VALUE, typeName } from "./go-value.js";
import { TemplateProblem } from "./problem.js";

/** The method of this name, if the value has one. */
export function methodOf(value: GoValue, name: string): GoMethod | undefined {
  return value.kind === "int" ? value.methods?.get(name) : undefined;
}

/**
 * The field of a struct, or the value of a map; a key that the map doesn't have has no value.
 *
 * @throws {TemplateProblem} if there can be no such field
 */
export function fieldOf(value: GoValue, name: string): GoValue {
  switch (value.kind) {
    case "map":
      return value.entries.get(name) ?? NO_VALUE;
    case "struct":
      return fieldOfStruct(value, name);
    case "pointer":
      if (value.target === undefined)
        throw new TemplateProblem(`there is no ${value.targetType} here that could have a field ${name}`, [withGuard(name)]);
      return fieldOfStruct(value.target, name);
    case "none":
      return NO_VALUE;
    case "nil":
      throw new TemplateProblem(`there is nothing here that could have a field ${name}`, [withGuard(name)]);
    default:
      throw new TemplateProblem(`a value of type ${typeName(value)} has no field ${name}`, waysOf(value, name));
  }
}

function fieldOfStruct({ fields }: GoStruct, name: string): GoValue {
  const field = fields.get(name);
  if (field !== undefined) return field;
  const sameWord = [...fields.keys()].find((each) => each.toLowerCase() === name.toLowerCase());
  const suggestions = [`Fields: ${[...fields.keys()].map((each) => `.${each}`).join(" ")}`];
  throw new TemplateProblem(
    `there is no field ${name}`,
    sameWord === undefined ? suggestions : [`Did you mean .${sameWord}?`, ...suggestions],
  );
}

function waysOf(value: GoValue, name: string): string[] {
  if (value.kind === "slice")
    return [`It is a list. For each of its elements: {{range .List}}{{.${name}}}{{end}}, for one: {{(index .List 0).${name}}}`];
  const methods = value.kind === "int" ? [...(value.methods?.keys() ?? [])] : [];
  return methods.length === 0 ? [] : [`It has: ${methods.map((method) => `.${method}`).join(" ")}`];
}

function withGuard(name: string): string {
  return `Ask first whether it is there: {{with .Value}}{{.${name}}}{{end}}`;
}
