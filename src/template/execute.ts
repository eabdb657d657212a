import type { MachineError } from "../errors.js";
import { evaluatePipeline } from "./evaluate.js";
import { sprint } from "./format/format-value.js";
import { type GoValue, goInt, goString, isTrue, NO_VALUE, sortedEntries, typeName, withoutPointer } from "./go-value.js";
import { failedTemplate, type Span, TemplateProblem } from "./problem.js";
import type { Control, Definitions, Statement } from "./syntax.js";
import { VariableStack } from "./variable-stack.js";

/** Templates that call each other: more is an endless recursion, which must not end in a full stack. */
const DEEPEST = 500;

/** What {@link execute} works on. */
export interface Execution {
  /** The template, for errors. */
  readonly text: string;
  readonly definitions: Definitions;
  /** Takes each piece as it comes: what was written before an error stays written, as with the Go program. */
  write(piece: string): void;
}

/**
 * Carries out the template on `value`.
 *
 * @throws {MachineError} `TEMPLATE_FAILED`, with the place
 */
export function execute(execution: Execution, value: GoValue): void {
  const dot = value.kind === "nil" ? NO_VALUE : value;
  new Executor(execution, new VariableStack(dot), 0).run(execution.definitions.get("") ?? [], dot);
}

/** How a list of statements came to its end, if not regularly. */
type Jump = "break" | "continue" | undefined;

class Executor {
  readonly #execution: Execution;
  readonly #variables: VariableStack;
  readonly #depth: number;

  constructor(execution: Execution, variables: VariableStack, depth: number) {
    this.#execution = execution;
    this.#variables = variables;
    this.#depth = depth;
  }

  run(statements: readonly Statement[], dot: GoValue): Jump {
    for (const statement of statements) {
      const jump = this.#step(statement, dot);
      if (jump !== undefined) return jump;
    }
    return undefined;
  }

  #step(statement: Statement, dot: GoValue): Jump {
    switch (statement.kind) {
      case "text":
        this.#execution.write(statement.text);
        return undefined;
      case "print": {
        const value = this.#value(statement.pipeline, dot);
        if (statement.pipeline.variables.length === 0) this.#execution.write(printed(value));
        return undefined;
      }
      case "break":
      case "continue":
        return statement.kind;
      case "template":
        return this.#template(statement, dot);
      case "range":
        return this.#variables.inScope(() => this.#range(statement, dot));
      default:
        return this.#variables.inScope(() => this.#choice(statement, dot));
    }
  }

  #value(pipeline: Control["pipeline"], dot: GoValue): GoValue {
    return evaluatePipeline({ text: this.#execution.text, variables: this.#variables, dot }, pipeline);
  }

  #choice({ kind, pipeline, body, otherwise }: Control, dot: GoValue): Jump {
    const value = this.#value(pipeline, dot);
    return isTrue(value) ? this.run(body, kind === "with" ? value : dot) : this.run(otherwise, dot);
  }

  #range({ pipeline, body, otherwise }: Control, dot: GoValue): Jump {
    const value = this.#value(pipeline, dot);
    let isEmpty = true;
    for (const [key, element] of this.#items(value, pipeline)) {
      isEmpty = false;
      const jump = this.#variables.inScope(() => {
        this.#variables.setItem(pipeline, key, element);
        return this.run(body, element);
      });
      if (jump === "break") break;
    }
    return isEmpty ? this.run(otherwise, dot) : undefined;
  }

  /** Keys and elements: of a list with numbers, of a map sorted, of text its characters, and the numbers below a whole number. */
  #items(value: GoValue, { variables, start, end }: Control["pipeline"]): Iterable<readonly [GoValue, GoValue]> {
    const target = withoutPointer(value);
    switch (target.kind) {
      case "slice":
        return target.elements.map((element, index) => [goInt(index), element] as const);
      case "map":
        return sortedEntries(target.entries).map(([key, element]) => [goString(key), element] as const);
      case "string":
        return characters(target.value);
      case "int":
        if (variables.length > 1) throw this.#failed({ start, end }, "range over a number has one variable, not two");
        return numbersBelow(target.value, target.type);
      case "none":
      case "nil":
        return [];
      default:
        throw this.#failed({ start, end }, `range can't go through a value of type ${typeName(target)}`, [
          "range takes a list, a map, text or a whole number.",
        ]);
    }
  }

  #template(statement: Statement & { readonly kind: "template" }, dot: GoValue): undefined {
    const { name, pipeline } = statement;
    const { definitions } = this.#execution;
    const body = definitions.get(name);
    if (body === undefined) {
      const known = [...definitions.keys()].filter((each) => each !== "").map((each) => JSON.stringify(each));
      throw this.#failed(statement, `there is no template named ${JSON.stringify(name)}`, [
        known.length === 0 ? `Define it: {{define ${JSON.stringify(name)}}}…{{end}}` : `Templates: ${known.join(", ")}.`,
      ]);
    }
    if (this.#depth === DEEPEST) throw this.#failed(statement, `templates call each other more than ${DEEPEST} deep`);
    const value = pipeline === undefined ? NO_VALUE : this.#value(pipeline, dot);
    new Executor(this.#execution, new VariableStack(value), this.#depth + 1).run(body, value);
  }

  #failed(span: Span, problem: string, suggestions: readonly string[] = []): MachineError {
    return failedTemplate(this.#execution.text, span, new TemplateProblem(problem, suggestions));
  }
}

function printed(value: GoValue): string {
  return value.kind === "none" ? "<no value>" : sprint([withoutPointer(value)]);
}

function* characters(text: string): Generator<readonly [GoValue, GoValue]> {
  let offset = 0;
  for (const character of text) {
    yield [goInt(offset), goInt(character.codePointAt(0) ?? 0, "int32")];
    offset += Buffer.byteLength(character);
  }
}

function* numbersBelow(limit: bigint, type: string): Generator<readonly [GoValue, GoValue]> {
  for (let number = 0n; number < limit; number++) yield [goInt(number, type), goInt(number, type)];
}
