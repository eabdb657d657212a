import type { Structure } from "../call.ts";
import { memberPath, type Problem, unknown, wrong } from "../model/problem.ts";
import type { Place, ServiceModel } from "../model/service-model.ts";
import { readText } from "./text-value.ts";

/** Where the query protocols differ in what they call things. */
export interface FormNaming {
  member(name: string, place: Place): string;
  /** What stands between a list's name and the numbers of its items. None: `undefined`. */
  item(place: Place): string | undefined;
}

/** A form's values by the dots in their names: `Filter.1.Name=vpc-id`. */
interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

/** Reads a request's structure out of a form, and notes what the rules of the protocol don't allow. */
export class FormReader {
  readonly problems: Problem[] = [];
  readonly #model: ServiceModel;
  readonly #naming: FormNaming;

  constructor(model: ServiceModel, naming: FormNaming) {
    this.#model = model;
    this.#naming = naming;
  }

  /** @param reserved fields that aren't part of the input: `Action` */
  read(place: Place, form: URLSearchParams, reserved: readonly string[]): Structure {
    const root: FormNode = { children: new Map() };
    for (const [name, value] of form) {
      if (reserved.includes(name)) continue;
      const node = nodeAt(root, name);
      if (node.value !== undefined) this.problems.push({ kind: "value", path: name, text: "is there twice" });
      node.value = value;
    }
    return this.#structure(this.#model.shapeAt(place), root, "");
  }

  #structure(shape: Place, node: FormNode, path: string): Structure {
    this.#mustHaveNoValue(node, path);
    const children = new Map(node.children);
    const members: Record<string, unknown> = {};
    for (const [name, place] of Object.entries(shape.members ?? {})) {
      const key = this.#naming.member(name, place);
      const child = children.get(key);
      if (child === undefined) continue;
      children.delete(key);
      members[name] = this.#value(place, child, memberPath(path, name));
    }
    for (const key of children.keys()) this.problems.push(unknown(memberPath(path, key)));
    return members;
  }

  #value(place: Place, node: FormNode, path: string): unknown {
    const shape = this.#model.shapeAt(place);
    switch (shape.type ?? "string") {
      case "structure":
        return this.#structure(shape, node, path);
      case "list":
        return this.#list(shape, node, path);
      case "map":
        this.problems.push({ kind: "value", path, text: "is a map, and no request of the services played here has one" });
        return undefined;
      default:
        return this.#scalar(shape, node, path);
    }
  }

  #list(shape: Place, node: FormNode, path: string): readonly unknown[] | undefined {
    const place = shape.member ?? {};
    const between = this.#naming.item(place);
    // An empty list is written as a name without a value, in the one protocol that writes it.
    if (between !== undefined && node.value === "" && node.children.size === 0) return [];
    this.#mustHaveNoValue(node, path);
    const items = between === undefined ? node : node.children.get(between);
    const others = between === undefined ? [] : [...node.children.keys()].filter((key) => key !== between);
    for (const key of others) this.problems.push(unknown(memberPath(path, key)));
    const numbers = [...(items?.children.keys() ?? [])];
    for (const [index, number] of numbers.toSorted((a, b) => Number(a) - Number(b)).entries()) {
      if (number !== String(index + 1)) this.problems.push(unknown(memberPath(path, number)));
    }
    return numbers
      .filter((number) => /^[1-9]\d*$/.test(number))
      .toSorted((a, b) => Number(a) - Number(b))
      .map((number, index) => this.#value(place, items?.children.get(number) ?? { children: new Map() }, `${path}[${index}]`));
  }

  #scalar(shape: Place, node: FormNode, path: string): unknown {
    for (const key of node.children.keys()) this.problems.push(unknown(memberPath(path, key)));
    const { value, wanted } = readText(shape.type ?? "string", node.value ?? "");
    if (node.value === undefined || value === undefined) {
      this.problems.push(wrong(path, node.value, wanted));
      return undefined;
    }
    return value;
  }

  #mustHaveNoValue({ value }: FormNode, path: string): void {
    if (value !== undefined) this.problems.push(wrong(path, value, "a structure or a list"));
  }
}

function nodeAt(root: FormNode, name: string): FormNode {
  let node = root;
  for (const part of name.split(".")) {
    const next = node.children.get(part) ?? { children: new Map() };
    node.children.set(part, next);
    node = next;
  }
  return node;
}
