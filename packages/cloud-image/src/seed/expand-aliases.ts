import { DriverError } from "@docker-machine/driver-sdk";
import type { Alias, Document, Node } from "yaml";

type Yaml = typeof import("yaml");

/** More than any list of settings needs; aliases of aliases can grow without bounds. */
const MAX_NODES = 100_000;

/**
 * Puts what they stand for in the place of all aliases of a document: what is added to a list afterwards isn't seen where an alias led to it.
 *
 * @throws {DriverError} `USER_DATA_INVALID` if they lead to themselves, or to more than 100,000 values
 */
export function expandAliases(yaml: Yaml, document: Document): void {
  const budget = new Budget();
  const expanded = (value: unknown): unknown => {
    if (yaml.isAlias(value)) return expanded(copyOf(value));
    if (yaml.isSeq(value)) value.items = value.items.map(expanded);
    if (yaml.isMap(value)) {
      for (const pair of value.items) {
        pair.key = expanded(pair.key);
        pair.value = expanded(pair.value);
      }
    }
    return value;
  };
  const copyOf = (alias: Alias): Node => {
    const source = alias.resolve(document);
    if (source === undefined) throw tooMany(`nothing is called &${alias.source}`);
    yaml.visit(source, { Node: () => budget.take() });
    return source.clone() as Node;
  };
  const aliases: Alias[] = [];
  yaml.visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  if (aliases.length === 0) return;
  document.contents = expanded(document.contents) as typeof document.contents;
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
    if (this.#left < 0) throw tooMany(`they stand for more than ${MAX_NODES} values`);
  }
}

function tooMany(problem: string): DriverError {
  return new DriverError("USER_DATA_INVALID", `The aliases in the user data can't be followed: ${problem}.`, {
    suggestions: ["Write the values out."],
  });
}
