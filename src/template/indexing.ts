import { type GoValue, goInt, goString, NO_VALUE, typeName, withoutPointer } from "./go-value.js";
import { TemplateProblem } from "./problem.js";

/** `index item key`: the element of a list, the value of a map, the byte of a text. */
export function itemAt(container: GoValue, key: GoValue): GoValue {
  const item = withoutPointer(container);
  switch (item.kind) {
    case "string": {
      const bytes = Buffer.from(item.value);
      return goInt(bytes[positionIn(key, bytes.length - 1)] ?? 0, "uint8");
    }
    case "slice":
      return item.elements[positionIn(key, item.elements.length - 1)] ?? NO_VALUE;
    case "map":
      if (key.kind !== "string")
        throw new TemplateProblem(`a map's key must be text, not ${typeName(key)}`, ['Put it in quotes: {{index .Map "key"}}']);
      return item.entries.get(key.value) ?? zeroOf(item.elementType);
    case "none":
    case "nil":
      throw new TemplateProblem("index of nothing: there is no value");
    default:
      throw new TemplateProblem(`a value of type ${typeName(item)} has no index`, ["index takes a list, a map or text."]);
  }
}

/** `slice item 1 2`: a part of a list or, by its bytes, of a text. */
export function sliceOf(item: GoValue, bounds: readonly GoValue[]): GoValue {
  if (item.kind !== "string" && item.kind !== "slice") {
    throw new TemplateProblem(`a value of type ${typeName(item)} can't be sliced`, ["slice takes text or a list."]);
  }
  const most = item.kind === "string" ? 2 : 3;
  if (bounds.length > most) throw new TemplateProblem(`slice takes at most ${most} numbers for a value of type ${typeName(item)}`);
  const bytes = Buffer.from(item.kind === "string" ? item.value : "");
  const length = item.kind === "string" ? bytes.length : item.elements.length;
  const [from = 0, to = length, limit = length] = bounds.map((bound) => positionIn(bound, length));
  if (from > to || to > limit)
    throw new TemplateProblem(`slice bounds must not fall: ${from > to ? `${from} and ${to}` : `${to} and ${limit}`}`);
  return item.kind === "string" ? goString(bytes.subarray(from, to).toString()) : { ...item, elements: item.elements.slice(from, to) };
}

/** `len item`: elements of a list, entries of a map, bytes of a text. */
export function lengthOf(value: GoValue): number {
  const item = withoutPointer(value);
  switch (item.kind) {
    case "string":
      return Buffer.byteLength(item.value);
    case "slice":
      return item.elements.length;
    case "map":
      return item.entries.size;
    case "none":
    case "nil":
      throw new TemplateProblem("len of nothing: there is no value");
    default:
      throw new TemplateProblem(`a value of type ${typeName(item)} has no length`, ["len takes text, a list or a map."]);
  }
}

/** `index` as a whole number from 0 to `last`. */
function positionIn(index: GoValue, last: number): number {
  if (index.kind !== "int") {
    throw new TemplateProblem(`an index must be a whole number, not ${typeName(index)}`, ["Written without a point: {{index .List 0}}"]);
  }
  if (index.value < 0n || index.value > BigInt(last)) {
    throw new TemplateProblem(`the index ${index.value} is out of range`, [last < 0 ? "It is empty." : `Possible are 0 to ${last}.`]);
  }
  return Number(index.value);
}

/** What a map answers for a key it doesn't have. */
function zeroOf(elementType: string): GoValue {
  return elementType === "string" ? goString("") : NO_VALUE;
}
