import { builtinNames } from "./builtins.js";
import { type GoValue, goBool, goString } from "./go-value.js";
import { characterValue, numberValue, unquoted } from "./literals.js";
import { listed, located } from "./problem.js";
import type { Command, Expression, Pipeline } from "./syntax.js";
import type { TokenStream } from "./token-stream.js";

/** Parentheses within each other: more is nobody's wish, and would end in a full stack. */
const DEEPEST = 200;

/** Where a pipeline stands. */
export interface PipelineContext {
  /** What it belongs to, as the user wrote it: `if`, `range`, `action`. */
  readonly of: string;
  readonly closedBy: "close" | "right paren";
  /** The variables that are known, with their dollar sign. A declaration adds to them. */
  readonly variables: string[];
  /** How many parentheses are around it. */
  readonly depth: number;
}

/**
 * Reads a pipeline and what closes it.
 *
 * @throws {MachineError} `TEMPLATE_INVALID`
 */
export function parsePipeline(tokens: TokenStream, context: PipelineContext): Pipeline {
  const { start } = tokens.peek();
  if (context.depth > DEEPEST) throw tokens.invalid(start, `more than ${DEEPEST} parentheses are open`);
  const { variables, assigns } = parseDeclaration(tokens, context);
  const commands: Command[] = [];
  while (!tokens.isNext(context.closedBy)) {
    if (tokens.isNext("right paren") || tokens.isNext("close")) throw tokens.unexpected("the other end is missing");
    commands.push(parseCommand(tokens, context));
  }
  const { end } = tokens;
  if (commands.length === 0) throw tokens.invalid(start, `there is no value in ${context.of}`);
  const constant = commands.slice(1).find(({ first }) => ["constant", "dot", "nil"].includes(first.kind));
  if (constant !== undefined)
    throw tokens.invalid(constant.start, `${textOf(tokens, constant)} can't take the value before the | because it is no function`);
  tokens.take();
  return { kind: "pipeline", variables, assigns, commands, start, end };
}

function parseDeclaration(tokens: TokenStream, context: PipelineContext): { readonly variables: string[]; readonly assigns: boolean } {
  const variables: string[] = [];
  const known = (name: string) => {
    variables.push(name);
    context.variables.push(name);
  };
  if (!tokens.isNext("variable")) return { variables, assigns: false };
  if (tokens.isNext("other", ",", 1)) {
    if (context.of !== "range") throw tokens.unexpected("two variables are for range only");
    known(tokens.take().text);
    tokens.take();
    if (!tokens.isNext("variable")) {
      if (tokens.isNext("close")) return { variables, assigns: false };
      throw tokens.unexpected("the second variable of range is missing, as in {{range $key, $value := .}}");
    }
  }
  if (tokens.isNext("declare", undefined, 1) || tokens.isNext("assign", undefined, 1)) {
    known(tokens.take().text);
    return { variables, assigns: tokens.take().kind === "assign" };
  }
  if (tokens.isNext("other", ",", 1)) throw tokens.unexpected("range has at most two variables");
  return { variables, assigns: false };
}

function parseCommand(tokens: TokenStream, context: PipelineContext): Command {
  const operands: Expression[] = [];
  const { start } = tokens.peek();
  for (let isFirst = true; !isEndOfCommand(tokens); isFirst = false) {
    const operand = parseOperand(tokens, context);
    if (operand === undefined) throw tokens.unexpected("a value is missing");
    if (!isFirst && !startsAfterSpace(tokens, operand)) throw tokens.invalid(operand.start, "a space is missing between two values");
    operands.push(operand);
  }
  const [first, ...rest] = operands;
  if (first === undefined) throw tokens.unexpected("a value is missing");
  const { end } = tokens;
  tokens.takeIf("pipe");
  return { first, rest, start, end };
}

function startsAfterSpace(tokens: TokenStream, { start }: Expression): boolean {
  return /[ \t\r\n]/.test(tokens.text[start - 1] ?? "");
}

function isEndOfCommand(tokens: TokenStream): boolean {
  return tokens.isNext("pipe") || tokens.isNext("close") || tokens.isNext("right paren");
}

function parseOperand(tokens: TokenStream, context: PipelineContext): Expression | undefined {
  const term = parseTerm(tokens, context);
  const path: string[] = [];
  while (term !== undefined && tokens.isNext("field") && !tokens.peek().afterSpace) path.push(tokens.take().text.slice(1));
  if (term === undefined || path.length === 0) return term;
  const { start } = term;
  const { end } = tokens;
  if (term.kind === "field" || term.kind === "variable") return { ...term, path: [...term.path, ...path], end };
  if (term.kind === "constant" || term.kind === "dot" || term.kind === "nil") {
    throw tokens.invalid(start, `${textOf(tokens, term)} has no fields`);
  }
  return { kind: "chain", of: term, path, start, end };
}

function parseTerm(tokens: TokenStream, context: PipelineContext): Expression | undefined {
  const { kind, text, start, end } = tokens.peek();
  const constant = (value: () => GoValue): Expression => {
    tokens.take();
    return { kind: "constant", value: located(tokens.text, start, value), start, end };
  };
  switch (kind) {
    case "dot":
      tokens.take();
      return { kind, start, end };
    case "field":
      tokens.take();
      return { kind, path: [text.slice(1)], start, end };
    case "number":
      return constant(() => numberValue(text));
    case "character":
      return constant(() => characterValue(text));
    case "string":
      return constant(() => goString(unquoted(text)));
    case "raw string":
      return constant(() => goString(text.slice(1, -1)));
    case "variable":
      return parseVariable(tokens, context);
    case "word":
      return parseWord(tokens);
    case "left paren":
      tokens.take();
      return {
        ...parsePipeline(tokens, { ...context, of: "the parentheses", closedBy: "right paren", depth: context.depth + 1 }),
        start,
        end: tokens.end,
      };
    default:
      return undefined;
  }
}

function parseVariable(tokens: TokenStream, { variables }: PipelineContext): Expression {
  const { text: name, start, end } = tokens.take();
  if (variables.includes(name)) return { kind: "variable", name, path: [], start, end };
  throw tokens.invalid(start, `there is no variable ${name} here`, [
    `Known are ${listed([...new Set(variables)])}. Declare one: {{${name === "$" ? "$name" : name} := .}}`,
  ]);
}

function parseWord(tokens: TokenStream): Expression | undefined {
  const { text: name, start, end } = tokens.peek();
  if (KEYWORDS.has(name)) return undefined;
  tokens.take();
  if (name === "nil") return { kind: "nil", start, end };
  if (name === "true" || name === "false") return { kind: "constant", value: goBool(name === "true"), start, end };
  if (builtinNames.has(name)) return { kind: "function", name, start, end };
  throw tokens.invalid(start, `there is no function ${name}`, [
    `Functions: ${listed([...builtinNames].sort())}.`,
    `For a field, put a dot before its name: .${name}`,
  ]);
}

const KEYWORDS: ReadonlySet<string> = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"]);

function textOf(tokens: TokenStream, { start, end }: { readonly start: number; readonly end: number }): string {
  return tokens.text.slice(start, end);
}
