import { memberPath, missing, notAmong, type Problem, unknown, wrong } from "./problem.ts";
import type { Place, ServiceModel, ShapeType } from "./service-model.ts";

/**
 * Holds a value against the service's model.
 *
 * A member that is `undefined` isn't there.
 *
 * @returns all that is wrong with it: members that the model doesn't have, required ones that are missing, wrong types, values no enum has
 */
export function validate(model: ServiceModel, place: Place, value: unknown, path = ""): readonly Problem[] {
  const shape = model.shapeAt(place);
  const type = shape.type ?? "string";
  switch (type) {
    case "structure":
      return validateStructure(model, shape, value, path);
    case "list":
      return validateList(model, shape, value, path);
    case "map":
      return validateMap(model, shape, value, path);
    default:
      return validateScalar(model, place, type, value, path);
  }
}

function validateStructure(model: ServiceModel, shape: Place, value: unknown, path: string): readonly Problem[] {
  if (!isRecord(value)) return [wrong(path, value, "a structure")];
  const members = shape.members ?? {};
  const absent = (shape.required ?? []).filter((name) => value[name] === undefined).map((name) => missing(memberPath(path, name)));
  const present = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => {
      const place = Object.hasOwn(members, name) ? members[name] : undefined;
      return place === undefined ? [unknown(memberPath(path, name))] : validate(model, place, member, memberPath(path, name));
    });
  return [...absent, ...present];
}

function validateList(model: ServiceModel, shape: Place, value: unknown, path: string): readonly Problem[] {
  if (!Array.isArray(value)) return [wrong(path, value, "a list")];
  const items: readonly unknown[] = value;
  return items.flatMap((item, index) => validate(model, shape.member ?? {}, item, `${path}[${index}]`));
}

function validateMap(model: ServiceModel, shape: Place, value: unknown, path: string): readonly Problem[] {
  if (!isRecord(value)) return [wrong(path, value, "a map")];
  return Object.entries(value).flatMap(([key, item]) => [
    ...validate(model, shape.key ?? {}, key, `key of ${path}`),
    ...validate(model, shape.value ?? {}, item, memberPath(path, key)),
  ]);
}

type ScalarType = Exclude<ShapeType, "list" | "map" | "structure">;

const scalars: Readonly<Record<ScalarType, { readonly wanted: string; readonly holds: (value: unknown) => boolean }>> = {
  blob: { wanted: "bytes", holds: (value) => value instanceof Uint8Array },
  boolean: { wanted: "a boolean", holds: (value) => typeof value === "boolean" },
  double: { wanted: "a number", holds: (value) => typeof value === "number" && Number.isFinite(value) },
  float: { wanted: "a number", holds: (value) => typeof value === "number" && Number.isFinite(value) },
  integer: {
    wanted: "an integer of 32 bits",
    holds: (value) => Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31,
  },
  long: { wanted: "an integer", holds: (value) => Number.isSafeInteger(value) },
  string: { wanted: "a string", holds: (value) => typeof value === "string" },
  timestamp: { wanted: "a time", holds: (value) => value instanceof Date && !Number.isNaN(value.getTime()) },
};

function validateScalar(model: ServiceModel, place: Place, type: ScalarType, value: unknown, path: string): readonly Problem[] {
  const { wanted, holds } = scalars[type];
  if (!holds(value)) return [wrong(path, value, wanted)];
  const values = model.valuesAt(place);
  return values === undefined || values.some((known) => known === value) ? [] : [notAmong(path, value, values)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
