import { DriverError } from "@docker-machine/driver-sdk";
import type { Alias, Document, Node } from "yaml";

type Yaml = typeof import("yaml");

/** More than any list of settings needs; aliases of aliases can grow without bounds. */
const MAX_NODES = 20_000;
/** Aliases in what aliases stand for. */
const MAX_DEPTH = 32;

/**
 * Puts what they stand for in the place of all aliases of a document: what is added to a list afterwards isn't seen where an alias led to it.
 *
 * @throws {DriverError} `USER_DATA_INVALID` if they lead to nothing, to themselves, or to more than 20,000 values
 */
export function expandAliases(yaml: Yaml, document: Document): void {
  const budget = new Budget();
  const expanded = (value: unknown, depth: number): unknown => {
    if (yaml.isAlias(value)) {
      if (depth === MAX_DEPTH) throw unfollowable("they lead to each other without end");
      return expanded(copyOf(value), depth + 1);
    }
    if (yaml.isSeq(value)) value.items = value.items.map((item) => expanded(item, depth));
    if (yaml.isMap(value)) {
      for (const pair of value.items) {
        pair.key = expanded(pair.key, depth);
        pair.value = expanded(pair.value, depth);
      }
    }
    return value;
  };
  const copyOf = (alias: Alias): Node => {
    const source = alias.resolve(document);
    if (source === undefined) throw unfollowable(`nothing is called &${alias.source}`);
    yaml.visit(source, { Node: () => budget.take() });
    return source.clone() as Node;
  };
  const aliases: Alias[] = [];
  yaml.visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  if (aliases.length === 0) return;
  document.contents = expanded(document.contents, 0) as typeof document.contents;
  yaml.visit(document, {
    Value: (_key, node) => {
      delete node.anchor;
    },
  });
}

class Budget {
  #left = MAX_NODES;

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw unfollowable(`they stand for more than ${MAX_NODES} values`);
  }
}

function unfollowable(problem: string): DriverError {
  return new DriverError("USER_DATA_INVALID", `The aliases in the user data can't be followed: ${problem}.`, {
    suggestions: ["Write the values out."],
  });
}
