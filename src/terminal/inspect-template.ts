import { goValueOfJson } from "../template/go-value.js";
import { parseTemplate } from "../template/template.js";
import { printable } from "./terminal-log.js";

/** Where an {@link InspectTemplate} writes. */
export interface InspectOutput {
  /** Whether somebody reads it on a terminal: then control characters in values are made visible. */
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** Writes what the template of `inspect --format` makes of the text of a config.json. */
export type InspectTemplate = (config: string, output: InspectOutput) => void;

/**
 * Reads the template of `inspect --format`. It works on the JSON, as in the Go program: `{{.Driver.IPAddress}}`.
 *
 * @throws {MachineError} `TEMPLATE_INVALID`; the result throws `TEMPLATE_FAILED`, and what was made before is written
 */
export function readInspectTemplate(format: string): InspectTemplate {
  const template = parseTemplate(format);
  return (config, output) => {
    const shown = (_key: string, value: unknown) => (output.isTerminal && typeof value === "string" ? printable(value) : value);
    let text = "";
    try {
      template.execute(goValueOfJson(JSON.parse(config, shown)), (piece) => {
        text += piece;
      });
      text += "\n";
    } finally {
      output.write(text);
    }
  };
}
