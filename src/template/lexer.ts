import { positionOf, type Span } from "./problem.js";

/** What a token is. `end` is the end of the text; `wrong` is text that is no token: its `text` says why. */
export type TokenKind =
  | "text"
  | "open"
  | "close"
  | "word"
  | "field"
  | "variable"
  | "dot"
  | "number"
  | "character"
  | "string"
  | "raw string"
  | "declare"
  | "assign"
  | "pipe"
  | "left paren"
  | "right paren"
  | "other"
  | "end"
  | "wrong";

/** A piece of a template. */
export interface Token extends Span {
  readonly kind: TokenKind;
  /** As it was written; what is trimmed is not in it. */
  readonly text: string;
  /** Whether white space stands before it, inside of an action. It separates operands. */
  readonly afterSpace: boolean;
}

const SPACE = /[ \t\r\n]+/y;
const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u;
/** What may follow a name, so that `$x+2` is no variable. */
const TERMINATOR = /[ \t\r\n.,|:)(]|$|\}\}/y;
const NUMBER =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y;

/** The first that matches says what it is. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ["declare", /:=/y],
  ["assign", /=/y],
  ["pipe", /\|/y],
  ["left paren", /\(/y],
  ["right paren", /\)/y],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"/y],
  ["raw string", /`[^`]*`/y],
  ["character", /'(?:[^'\\\n]|\\[^\n])*'/y],
  ["number", new RegExp(`(?=[+-]|\\.?\\d)${NUMBER.source}`, "y")],
  ["variable", /\$[\p{L}\p{Nd}_]*/uy],
  ["field", /\.[\p{L}\p{Nd}_]+/uy],
  ["dot", /\./y],
  ["word", /[\p{L}\p{Nd}_]+/uy],
];

/** What begins but doesn't end, by its first character. */
const UNFINISHED: Readonly<Record<string, string>> = {
  '"': 'the text in double quotes has no end: " is missing (on the same line)',
  "`": "the text in back quotes has no end: ` is missing",
  "'": "the character has no end: ' is missing (on the same line)",
  ":": "a colon must be followed by =, as in $name := value",
};

/** Splits a template into tokens. The last one is `end`, or `wrong` where the text can't be read further. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (let trimsStart = false; ; ) {
    const open = text.indexOf("{{", offset);
    const end = open < 0 ? text.length : open;
    const trimsEnd = open >= 0 && /^-[ \t\r\n]/.test(text.slice(open + 2, open + 4));
    addText(tokens, text, { start: offset, end }, { trimsStart, trimsEnd });
    if (open < 0) {
      tokens.push(token("end", text, { start: end, end }));
      return tokens;
    }
    const inside = open + (trimsEnd ? 4 : 2);
    const action = text.startsWith("/*", inside) ? comment(text, open, inside) : actionTokens(text, open, inside);
    tokens.push(...action.tokens);
    if (action.end === undefined) return tokens;
    offset = action.end;
    trimsStart = action.trims;
  }
}

interface Action {
  readonly tokens: readonly Token[];
  /** Behind `}}`. Absent if the action can't be read. */
  readonly end?: number;
  /** Whether it ends with ` -}}`. */
  readonly trims: boolean;
}

function addText(tokens: Token[], text: string, span: Span, trim: { readonly trimsStart: boolean; readonly trimsEnd: boolean }): void {
  let piece = text.slice(span.start, span.end);
  if (trim.trimsStart) piece = piece.replace(/^[ \t\r\n]+/, "");
  if (trim.trimsEnd) piece = piece.replace(/[ \t\r\n]+$/, "");
  if (piece !== "") tokens.push({ kind: "text", text: piece, afterSpace: false, ...span });
}

function comment(text: string, open: number, inside: number): Action {
  const close = text.indexOf("*/", inside + 2);
  if (close < 0) return failed(text, open, "the comment has no end: */ is missing");
  const end = closeAt(text, close + 2);
  if (end === undefined) return failed(text, open, "a comment must be alone between {{ and }}: {{/* so */}}");
  return { tokens: [], ...end };
}

function actionTokens(text: string, open: number, inside: number): Action {
  const tokens = [token("open", text, { start: open, end: open + 2 })];
  let depth = 0;
  for (let offset = inside; ; ) {
    const space = spaceAt(text, offset);
    const close = closeAt(text, offset) ?? closeAt(text, offset + space);
    if (close !== undefined) {
      if (depth > 0) return failed(text, offset, "a parenthesis is not closed: ) is missing", tokens);
      tokens.push(token("close", text, { start: close.end - 2, end: close.end }));
      return { tokens, ...close };
    }
    offset += space;
    const next = nextToken(text, offset, { afterSpace: space > 0, open });
    depth += depthOf(next);
    if (depth < 0) return failed(text, offset, "there is a ) too many", tokens);
    tokens.push(next);
    if (next.kind === "wrong") return { tokens, trims: false };
    offset = next.end;
  }
}

/** How much white space there is at `offset`. The last one of it may belong to a trimming end: ` -}}`. */
function spaceAt(text: string, offset: number): number {
  const space = match(SPACE, text, offset)?.length ?? 0;
  return space > 1 && closeAt(text, offset + space - 1) !== undefined ? space - 1 : space;
}

function depthOf({ kind }: Token): number {
  if (kind === "left paren") return 1;
  return kind === "right paren" ? -1 : 0;
}

/** The `}}` or ` -}}` that stands at `offset`. */
function closeAt(text: string, offset: number): { readonly end: number; readonly trims: boolean } | undefined {
  if (text.startsWith("}}", offset)) return { end: offset + 2, trims: false };
  return /^[ \t\r\n]-\}\}/.test(text.slice(offset, offset + 4)) ? { end: offset + 4, trims: true } : undefined;
}

function nextToken(text: string, start: number, { afterSpace, open }: { readonly afterSpace: boolean; readonly open: number }): Token {
  if (start >= text.length) return wrong(text, start, `the action that begins at ${positionOf(text, open)} has no end: }} is missing`);
  for (const [kind, pattern] of PATTERNS) {
    const found = match(pattern, text, start);
    if (found === undefined) continue;
    const end = start + found.length;
    const problem = problemWith(kind, found, text, end);
    return problem === undefined ? { kind, text: found, start, end, afterSpace } : wrong(text, kind === "number" ? start : end, problem);
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const unfinished = UNFINISHED[character];
  if (unfinished !== undefined) return wrong(text, start, unfinished);
  if (!/^[!-~]$/.test(character)) return wrong(text, start, `${JSON.stringify(character)} has no meaning in an action`);
  return { kind: "other", text: character, start, end: start + 1, afterSpace };
}

/** Names and numbers must end where something else can begin. */
function problemWith(kind: TokenKind, found: string, text: string, end: number): string | undefined {
  const following = String.fromCodePoint(text.codePointAt(end) ?? 32);
  if (kind === "number") return numberProblem(found, following);
  const isName = kind === "word" || kind === "field" || kind === "variable" || kind === "dot";
  if (!isName || match(TERMINATOR, text, end) !== undefined) return undefined;
  if (following === "}") return `${found} must be followed by }}, not by one }`;
  return `${JSON.stringify(following)} can't follow ${found}: a name has letters, digits and _ only; for another one write {{index . "name"}}`;
}

function numberProblem(found: string, following: string): string | undefined {
  if (found.endsWith("i") || /^[+-]$/.test(following)) return "numbers with an imaginary part are not supported";
  return ALPHANUMERIC.test(following) ? `${found}${following} is not a number` : undefined;
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function token(kind: TokenKind, text: string, span: Span): Token {
  return { kind, text: text.slice(span.start, span.end), afterSpace: false, ...span };
}

function wrong(text: string, offset: number, problem: string): Token {
  return { kind: "wrong", text: problem, start: Math.min(offset, text.length), end: text.length, afterSpace: false };
}

function failed(text: string, offset: number, problem: string, before: readonly Token[] = []): Action {
  return { tokens: [...before, wrong(text, offset, problem)], trims: false };
}
