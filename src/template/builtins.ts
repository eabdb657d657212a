import { equalsAny, isLess } from "./comparison.js";
import { escapeHtml, escapeJavaScript, escapeQuery } from "./escape.js";
import { sprint, sprintln } from "./format/format-value.js";
import { sprintf } from "./format/printf.js";
import { type GoValue, goBool, goInt, goString, isTrue, NO_VALUE, typeName, withoutPointer } from "./go-value.js";
import { itemAt, lengthOf, sliceOf } from "./indexing.js";
import { toJson, toPrettyJson } from "./json.js";
import { listed, TemplateProblem } from "./problem.js";

/** A function that templates can call. */
export interface GoFunction {
  /** The fewest arguments it takes. */
  readonly minimum: number;
  /** The most. Default: as many as there are. */
  readonly maximum?: number;
  /** Whether the first argument must be text. */
  readonly firstIsText?: boolean;
  call(args: readonly GoValue[]): GoValue;
}

/** The functions of text/template, and `json` and `prettyjson`. `and` and `or` are not among them: they leave arguments unevaluated. */
const BUILTINS: Readonly<Record<string, GoFunction>> = {
  call: { minimum: 1, call: ([callee]) => refuseToCall(callee) },
  eq: { minimum: 1, call: ([one, ...others]) => goBool(equalsAny(given(one), others)) },
  ge: comparison((one, other) => !isLess(one, other)),
  gt: comparison((one, other) => !isLess(one, other) && !equalsAny(one, [other])),
  html: text((args) => escapeHtml(printed(args))),
  index: { minimum: 1, call: ([item, ...path]) => path.reduce(itemAt, required(item, "index")) },
  js: text((args) => escapeJavaScript(printed(args))),
  json: { minimum: 1, maximum: 1, call: ([value]) => goString(toJson(given(value))) },
  le: comparison((one, other) => isLess(one, other) || equalsAny(one, [other])),
  len: { minimum: 1, maximum: 1, call: ([value]) => goInt(lengthOf(given(value))) },
  lt: comparison(isLess),
  ne: { minimum: 2, maximum: 2, call: ([one, other]) => goBool(!equalsAny(given(one), [given(other)])) },
  not: { minimum: 1, maximum: 1, call: ([value]) => goBool(!isTrue(given(value))) },
  prettyjson: { minimum: 1, maximum: 1, call: ([value]) => goString(toPrettyJson(given(value))) },
  print: text(sprint),
  printf: {
    minimum: 1,
    firstIsText: true,
    call: ([format, ...args]) => goString(sprintf(format?.kind === "string" ? format.value : "", args)),
  },
  println: text(sprintln),
  slice: { minimum: 1, call: ([item, ...bounds]) => sliceOf(required(item, "slice"), bounds) },
  urlquery: text((args) => escapeQuery(printed(args))),
};

/** The names of all functions, `and` and `or` included. */
export const builtinNames: ReadonlySet<string> = new Set(["and", "or", ...Object.keys(BUILTINS)]);

/** The function of this name, which is one of {@link builtinNames}, but not `and` or `or`. */
export function builtin(name: string): GoFunction {
  const found = BUILTINS[name];
  if (found === undefined) throw new TemplateProblem(`there is no function ${name}`, [`Functions: ${listed([...builtinNames].sort())}.`]);
  return found;
}

function comparison(holds: (one: GoValue, other: GoValue) => boolean): GoFunction {
  return { minimum: 2, maximum: 2, call: ([one, other]) => goBool(holds(given(one), given(other))) };
}

function text(write: (args: readonly GoValue[]) => string): GoFunction {
  return { minimum: 0, call: (args) => goString(write(args)) };
}

/** What the escaping functions escape: their arguments as a template prints them. */
function printed(args: readonly GoValue[]): string {
  return sprint(args.map((arg) => (arg.kind === "nil" || arg.kind === "none" ? goString("<no value>") : withoutPointer(arg))));
}

/** There is always an argument: {@link GoFunction.minimum} is checked before the call. */
function given(value: GoValue | undefined): GoValue {
  return value ?? NO_VALUE;
}

function required(value: GoValue | undefined, of: string): GoValue {
  if (value === undefined || value.kind === "none" || value.kind === "nil")
    throw new TemplateProblem(`${of} of nothing: there is no value`);
  return value;
}

function refuseToCall(callee: GoValue | undefined): never {
  const what = callee === undefined || callee.kind === "none" || callee.kind === "nil" ? "nothing" : `a value of type ${typeName(callee)}`;
  throw new TemplateProblem(`call needs a function, not ${what}; nothing here holds one`, [
    "Write the function's name instead: {{len .List}}",
  ]);
}
