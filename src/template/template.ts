import { execute } from "./execute.js";
import type { GoValue } from "./go-value.js";
import { parse } from "./parser.js";

/** A template that was read. */
export interface Template {
  /**
   * Writes what the template makes of `value`, piece by piece: what comes before an error is written.
   *
   * @throws {MachineError} `TEMPLATE_FAILED`, with the line and column
   */
  execute(value: GoValue, write: (piece: string) => void): void;
}

/**
 * Reads a template in the language of Go's text/template, with `json` and `prettyjson` added.
 * `range` over text and over a number, and `{{else with}}`, are as in newer versions of Go.
 *
 * @throws {MachineError} `TEMPLATE_INVALID`, with the line and column
 */
export function parseTemplate(text: string): Template {
  const definitions = parse(text);
  return { execute: (value, write) => execute({ text, definitions, write }, value) };
}
