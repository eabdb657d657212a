import { MachineError } from "../errors.js";

/** A piece of the template's text, from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, before anyone has said where. */
export class TemplateProblem extends Error {
  override readonly name = "TemplateProblem";
  readonly suggestions: readonly string[];

  /**
   * @param message the rest of a sentence that begins with the place
   * @param suggestions what is accepted
   */
  constructor(message: string, suggestions: readonly string[] = []) {
    super(message);
    this.suggestions = suggestions;
  }
}

/** A `TEMPLATE_INVALID` error: `problem` is in the text at `offset`. */
export function invalidTemplate(text: string, offset: number, problem: TemplateProblem): MachineError {
  return new MachineError("TEMPLATE_INVALID", `The template is not valid at ${positionOf(text, offset)}: ${problem.message}.`, {
    suggestions: problem.suggestions,
  });
}

/** A `TEMPLATE_FAILED` error: `problem` came up when the piece of the text at `span` was carried out. */
export function failedTemplate(text: string, span: Span, problem: TemplateProblem): MachineError {
  const place = `${positionOf(text, span.start)} (${text.slice(span.start, span.end)})`;
  return new MachineError("TEMPLATE_FAILED", `The template fails at ${place}: ${problem.message}.`, {
    cause: problem,
    suggestions: problem.suggestions,
  });
}

/** What `read` gives. A problem that it has becomes an error about the text at `offset`. */
export function located<T>(text: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TemplateProblem ? invalidTemplate(text, offset, error) : error;
  }
}

/** Lines and columns start at 1; a column is a character. */
export function positionOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = [...before.slice(before.lastIndexOf("\n") + 1)].length + 1;
  return `line ${line}, column ${column}`;
}

/** A list for people: `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
