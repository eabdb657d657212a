import { unquoted } from "./literals.js";
import { parsePipeline } from "./parse-pipeline.js";
import { located } from "./problem.js";
import type { Control, Definitions, Pipeline, Statement } from "./syntax.js";
import { TokenStream } from "./token-stream.js";

/** Blocks within each other: more is nobody's wish, and would end in a full stack. */
const DEEPEST = 500;

/** What is known where a statement stands. */
interface Scope {
  /** With their dollar sign. A declaration adds to them until the block ends. */
  readonly variables: string[];
  readonly isInRange: boolean;
  /** How many blocks are around it. */
  readonly depth: number;
}

interface Body {
  readonly statements: readonly Statement[];
  /** What ended it. */
  readonly closedBy: "end" | "else";
}

/**
 * Reads a template in the language of Go's text/template.
 *
 * @throws {MachineError} `TEMPLATE_INVALID`, with the place
 */
export function parse(text: string): Definitions {
  return new Parser(text).parse();
}

class Parser {
  readonly #tokens: TokenStream;
  readonly #definitions = new Map<string, readonly Statement[]>();

  constructor(text: string) {
    this.#tokens = new TokenStream(text);
  }

  parse(): Definitions {
    const scope: Scope = { variables: ["$"], isInRange: false, depth: 0 };
    const statements: Statement[] = [];
    while (!this.#tokens.isNext("end")) {
      if (this.#isKeyword("define")) this.#definition();
      else if (this.#isKeyword("end") || this.#isKeyword("else")) throw this.#strayEnd();
      else statements.push(this.#statement(scope));
    }
    this.#define("", statements, 0);
    return this.#definitions;
  }

  #isKeyword(word: string): boolean {
    return this.#tokens.isNext("open") && this.#tokens.isNext("word", word, 1);
  }

  #strayEnd(): Error {
    const { start } = this.#tokens.peek();
    return this.#tokens.invalid(
      start,
      `{{${this.#tokens.peek(1).text}}} belongs to no {{if}}, {{with}}, {{range}}, {{block}} or {{define}}`,
    );
  }

  #statement(scope: Scope): Statement {
    const token = this.#tokens.take();
    if (token.kind === "text") return { kind: "text", text: token.text, start: token.start, end: token.end };
    const { start } = token;
    const word = this.#tokens.isNext("word") ? this.#tokens.peek().text : "";
    switch (word) {
      case "if":
      case "with":
      case "range":
        return this.#control(word, scope, start);
      case "break":
      case "continue":
        return this.#jump(word, scope, start);
      case "template":
        return this.#template(scope, start);
      case "block":
        return this.#block(scope, start);
      case "define":
        throw this.#tokens.invalid(start, "{{define}} must not stand inside of another block");
      default:
        return { kind: "print", pipeline: this.#pipeline("the action", scope), start, end: this.#tokens.end };
    }
  }

  #pipeline(of: string, { variables }: Scope): Pipeline {
    return parsePipeline(this.#tokens, { of, closedBy: "close", variables, depth: 0 });
  }

  #control(kind: Control["kind"], outer: Scope, start: number): Control {
    const scope = { variables: [...outer.variables], isInRange: outer.isInRange, depth: outer.depth + 1 };
    if (scope.depth > DEEPEST) throw this.#tokens.invalid(start, `more than ${DEEPEST} blocks are open`);
    this.#tokens.take();
    const pipeline = this.#pipeline(kind, scope);
    const body = this.#body({ ...scope, isInRange: scope.isInRange || kind === "range" }, kind, start);
    const otherwise = body.closedBy === "else" ? this.#otherwise(kind, scope) : [];
    return { kind, pipeline, body: body.statements, otherwise, start, end: this.#tokens.end };
  }

  /** What follows `{{else`: a further `if` (of an if) or `with` (of a with), or `}}` and a body. */
  #otherwise(kind: Control["kind"], scope: Scope): readonly Statement[] {
    const { start } = this.#tokens.peek();
    if (kind !== "range" && this.#tokens.isNext("word", kind)) return [this.#control(kind, scope, start)];
    this.#close("else");
    const { statements, closedBy } = this.#body(scope, "else", start);
    if (closedBy === "else") throw this.#tokens.invalid(start, "there is a second {{else}}: {{end}} is missing");
    return statements;
  }

  /** Statements up to the `{{end}}`, which is read, or the `{{else`, of which `}}` is left. */
  #body(scope: Scope, of: string, start: number): Body {
    const statements: Statement[] = [];
    while (!this.#tokens.isNext("end")) {
      if (this.#isKeyword("end")) {
        this.#tokens.take();
        this.#tokens.take();
        this.#close("end");
        return { statements, closedBy: "end" };
      }
      if (this.#isKeyword("else")) {
        this.#tokens.take();
        this.#tokens.take();
        return { statements, closedBy: "else" };
      }
      statements.push(this.#statement(scope));
    }
    throw this.#tokens.invalid(start, `{{${of}}} has no {{end}}`);
  }

  #close(word: string): void {
    if (!this.#tokens.takeIf("close")) throw this.#tokens.unexpected(`nothing more belongs into {{${word}}}`);
  }

  #jump(kind: "break" | "continue", { isInRange }: Scope, start: number): Statement {
    this.#tokens.take();
    this.#close(kind);
    if (!isInRange) throw this.#tokens.invalid(start, `{{${kind}}} stands in no {{range}}`);
    return { kind, start, end: this.#tokens.end };
  }

  #template(scope: Scope, start: number): Statement {
    this.#tokens.take();
    const name = this.#name("template");
    if (this.#tokens.takeIf("close")) return { kind: "template", name, start, end: this.#tokens.end };
    const pipeline = this.#pipeline("template", scope);
    return { kind: "template", name, pipeline, start, end: this.#tokens.end };
  }

  #block(scope: Scope, start: number): Statement {
    this.#tokens.take();
    const name = this.#name("block");
    const pipeline = this.#pipeline("block", scope);
    const { end } = this.#tokens;
    this.#definitionBody(name, "block", { start, depth: scope.depth + 1 });
    return { kind: "template", name, pipeline, start, end };
  }

  #definition(): void {
    const { start } = this.#tokens.take();
    this.#tokens.take();
    const name = this.#name("define");
    this.#close("define");
    this.#definitionBody(name, "define", { start, depth: 0 });
  }

  #definitionBody(name: string, kind: "block" | "define", { start, depth }: { readonly start: number; readonly depth: number }): void {
    if (depth > DEEPEST) throw this.#tokens.invalid(start, `more than ${DEEPEST} blocks are open`);
    const { statements, closedBy } = this.#body({ variables: ["$"], isInRange: false, depth }, kind, start);
    if (closedBy === "else") throw this.#tokens.unexpected(`{{${kind}}} has no {{else}}`);
    this.#define(name, statements, start);
  }

  /** The name of a template, in quotes. */
  #name(of: string): string {
    const { kind, text, start } = this.#tokens.peek();
    if (kind !== "string" && kind !== "raw string") throw this.#tokens.unexpected(`a name in quotes is missing, as in {{${of} "name"}}`);
    this.#tokens.take();
    return kind === "string" ? located(this.#tokens.text, start, () => unquoted(text)) : text.slice(1, -1);
  }

  /** What is empty gives way to what is not, as in Go. */
  #define(name: string, statements: readonly Statement[], start: number): void {
    const isEmpty = (each: readonly Statement[]) => each.every((one) => one.kind === "text" && one.text.trim() === "");
    const before = this.#definitions.get(name);
    if (before === undefined || isEmpty(before)) this.#definitions.set(name, statements);
    else if (!isEmpty(statements)) throw this.#tokens.invalid(start, `a template named ${JSON.stringify(name)} is there already`);
  }
}
