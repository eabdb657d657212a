import type { MachineError } from "../errors.js";
import { type Token, type TokenKind, tokensOf } from "./lexer.js";
import { invalidTemplate, TemplateProblem } from "./problem.js";

/** The tokens of a template, read one after the other. */
export class TokenStream {
  /** The template. */
  readonly text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  /**
   * The token that comes after `distance` others. Behind the last one is the last one.
   *
   * @throws {MachineError} `TEMPLATE_INVALID` where the text can't be read
   */
  peek(distance = 0): Token {
    const token = this.#tokens[Math.min(this.#next + distance, this.#tokens.length - 1)];
    if (token === undefined) throw new RangeError("A template has at least the token that ends it.");
    if (token.kind === "wrong" && distance === 0) throw this.invalid(token.start, token.text);
    return token;
  }

  /** Reads the next token. */
  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  /** Whether a token of this kind, and this text if it is given, comes after `distance` others. */
  isNext(kind: TokenKind, text?: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === kind && (text === undefined || token.text === text);
  }

  /** Reads the next token if it is of this kind (and text). */
  takeIf(kind: TokenKind, text?: string): boolean {
    const isThere = this.isNext(kind, text);
    if (isThere) this.#next++;
    return isThere;
  }

  /** Where what was read so far ends. */
  get end(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0;
  }

  /** An error about the text at `offset`. */
  invalid(offset: number, problem: string, suggestions: readonly string[] = []): MachineError {
    return invalidTemplate(this.text, offset, new TemplateProblem(problem, suggestions));
  }

  /** An error about the next token, which should have been something else. */
  unexpected(wanted: string): MachineError {
    const { kind, text, start } = this.peek();
    const found = kind === "end" ? "the end of the template" : text;
    return this.invalid(start, `${found} is not what can stand here: ${wanted}`);
  }
}
