import type { MachineError } from "../errors.js";
import { builtin, type GoFunction } from "./builtins.js";
import { fieldOf, methodOf } from "./fields.js";
import { type GoMethod, type GoValue, isTrue, NO_VALUE, typeName } from "./go-value.js";
import { failedTemplate, type Span, TemplateProblem } from "./problem.js";
import type { Command, Expression, Pipeline } from "./syntax.js";
import type { VariableStack } from "./variable-stack.js";

/** Where an expression is evaluated. */
export interface Surroundings {
  /** The template, for errors. */
  readonly text: string;
  readonly variables: VariableStack;
  /** What `.` stands for. */
  readonly dot: GoValue;
}

/** What a function or method is called with: expressions, and the value that came through the `|`. */
interface Arguments {
  readonly expressions: readonly Expression[];
  readonly piped?: GoValue | undefined;
}

const NO_ARGUMENTS: Arguments = { expressions: [] };

/**
 * The value of a pipeline. The variables it declares are left on the stack.
 *
 * @throws {MachineError} `TEMPLATE_FAILED`
 */
export function evaluatePipeline(at: Surroundings, pipeline: Pipeline): GoValue {
  let value: GoValue | undefined;
  for (const command of pipeline.commands) {
    value = evaluateCommand(at, command, value);
    if (value.kind === "nil") value = NO_VALUE;
  }
  for (const name of pipeline.variables) {
    if (!pipeline.assigns) at.variables.declare(name, value ?? NO_VALUE);
    else if (!at.variables.assign(name, value ?? NO_VALUE)) {
      throw failed(at, pipeline, `there is no variable ${name} to set`, [`Declare it first: {{${name} := …}}`]);
    }
  }
  return value ?? NO_VALUE;
}

function evaluateCommand(at: Surroundings, { first, rest }: Command, piped: GoValue | undefined): GoValue {
  return evaluate(at, first, { expressions: rest, piped });
}

function evaluate(at: Surroundings, expression: Expression, args: Arguments): GoValue {
  switch (expression.kind) {
    case "field":
      return follow(at, at.dot, expression, args);
    case "variable":
      return evaluateVariable(at, expression, args);
    case "chain":
      if (expression.of.kind === "nil") throw failed(at, expression, "nil has no fields");
      return follow(at, evaluate(at, expression.of, NO_ARGUMENTS), expression, args);
    case "function":
      return callFunction(at, expression, args);
    default:
      refuseArguments(at, expression, args);
  }
  switch (expression.kind) {
    case "pipeline":
      return evaluatePipeline(at, expression);
    case "dot":
      return at.dot;
    case "nil":
      throw failed(at, expression, "nil can't stand alone", ["It is for comparisons: {{if eq .Value nil}}"]);
    default:
      return expression.value;
  }
}

function evaluateVariable(at: Surroundings, expression: Expression & { readonly kind: "variable" }, args: Arguments): GoValue {
  const value = at.variables.get(expression.name);
  if (value === undefined) throw failed(at, expression, `${expression.name} has no value yet`);
  if (expression.path.length > 0) return follow(at, value, expression, args);
  refuseArguments(at, expression, args);
  return value;
}

/** Follows `.A.B` from `start`. Arguments are for the last one, which must be a method then. */
function follow(at: Surroundings, start: GoValue, expression: Expression & { readonly path: readonly string[] }, args: Arguments): GoValue {
  return expression.path.reduce((receiver, name, index) => {
    const forThis = index === expression.path.length - 1 ? args : NO_ARGUMENTS;
    if (receiver.kind === "none") return NO_VALUE;
    const method = methodOf(receiver, name);
    if (method !== undefined) return callMethod(at, expression, { name, method }, forThis);
    return located(at, expression, () => {
      const field = fieldOf(receiver, name);
      if (hasArguments(forThis)) throw new TemplateProblem(`${name} is not a function, so it takes no arguments`);
      return field;
    });
  }, start);
}

function callMethod(
  at: Surroundings,
  span: Span,
  { name, method }: { readonly name: string; readonly method: GoMethod },
  args: Arguments,
): GoValue {
  const values = valuesOf(at, args);
  return located(at, span, () => {
    checkCount(name, values.length, { minimum: method.parameters, maximum: method.parameters });
    return method.call(
      values.map((value) => {
        if (value.kind === "int") return value.value;
        throw new TemplateProblem(`${name} takes whole numbers, not ${typeName(value)}`);
      }),
    );
  });
}

function callFunction(at: Surroundings, expression: Expression & { readonly kind: "function" }, args: Arguments): GoValue {
  const { name } = expression;
  const count = args.expressions.length + (args.piped === undefined ? 0 : 1);
  if (name === "and" || name === "or") {
    located(at, expression, () => checkCount(name, count, { minimum: 1 }));
    return firstDecisive(at, args, (value) => isTrue(value) === (name === "or"));
  }
  return located(at, expression, () => {
    const called = builtin(name);
    checkCount(name, count, called);
    const values = valuesOf(at, args);
    if (called.firstIsText === true) checkText(name, values[0]);
    return called.call(values);
  });
}

/** What `and` and `or` give: arguments behind the one that decides are not evaluated. */
function firstDecisive(at: Surroundings, args: Arguments, decides: (value: GoValue) => boolean): GoValue {
  let value = NO_VALUE;
  for (const expression of args.expressions) {
    value = argument(at, expression);
    if (decides(value)) return value;
  }
  return args.piped ?? value;
}

function valuesOf(at: Surroundings, { expressions, piped }: Arguments): GoValue[] {
  const values = expressions.map((expression) => argument(at, expression));
  return piped === undefined ? values : [...values, piped];
}

function argument(at: Surroundings, expression: Expression): GoValue {
  return expression.kind === "nil" ? NO_VALUE : evaluate(at, expression, NO_ARGUMENTS);
}

function checkCount(name: string, count: number, { minimum, maximum = Infinity }: Pick<GoFunction, "minimum" | "maximum">): void {
  if (count >= minimum && count <= maximum) return;
  const wanted = maximum === minimum ? String(minimum) : `at least ${minimum}`;
  throw new TemplateProblem(`${name} takes ${wanted} ${wanted.endsWith("1") ? "argument" : "arguments"}, not ${count}`);
}

function checkText(name: string, value: GoValue | undefined): void {
  if (value?.kind === "string") return;
  const found = value === undefined || value.kind === "none" || value.kind === "nil" ? "nothing" : `a value of type ${typeName(value)}`;
  throw new TemplateProblem(`the first argument of ${name} must be text, not ${found}`, ['For example: {{printf "%v" .Name}}']);
}

function refuseArguments(at: Surroundings, expression: Expression, args: Arguments): void {
  if (!hasArguments(args)) return;
  throw failed(at, expression, "this is not a function, so it takes no arguments", [
    'A function\'s name comes first: {{printf "%s" .Name}}',
  ]);
}

function hasArguments({ expressions, piped }: Arguments): boolean {
  return expressions.length > 0 || piped !== undefined;
}

function located<T>(at: Surroundings, span: Span, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof TemplateProblem ? failedTemplate(at.text, span, error) : error;
  }
}

function failed(at: Surroundings, span: Span, problem: string, suggestions: readonly string[] = []): MachineError {
  return failedTemplate(at.text, span, new TemplateProblem(problem, suggestions));
}
