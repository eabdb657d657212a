import type { GoValue } from "./go-value.js";
import type { Pipeline } from "./syntax.js";

/** The variables of a template that runs: the last one of a name counts. */
export class VariableStack {
  readonly #variables: { readonly name: string; value: GoValue }[];

  /** @param value what `$` stands for */
  constructor(value: GoValue) {
    this.#variables = [{ name: "$", value }];
  }

  /** The value of the variable, if there is one. */
  get(name: string): GoValue | undefined {
    return this.#variables.findLast((variable) => variable.name === name)?.value;
  }

  declare(name: string, value: GoValue): void {
    this.#variables.push({ name, value });
  }

  /** Gives the variable another value. Answers whether there is one of this name. */
  assign(name: string, value: GoValue): boolean {
    const variable = this.#variables.findLast((each) => each.name === name);
    if (variable !== undefined) variable.value = value;
    return variable !== undefined;
  }

  /** Runs `work`, and forgets the variables that it declared. */
  inScope<T>(work: () => T): T {
    const before = this.#variables.length;
    try {
      return work();
    } finally {
      this.#variables.length = before;
    }
  }

  /** Sets the variables of a `range` for its next round: `$element`, or `$key, $element`. */
  setItem({ variables }: Pipeline, key: GoValue, element: GoValue): void {
    const values = variables.length > 1 ? [key, element] : [element];
    for (const [index, name] of variables.entries()) this.assign(name, values[index] ?? element);
  }
}
