import { goValueOfJson } from "../template/go-value.js";
import { parseTemplate } from "../template/template.js";
import { printable } from "./terminal-log.js";

/** Writes what the template of `inspect --format` makes of the text of a config.json. */
export type InspectTemplate = (config: string, output: Pick<NodeJS.WriteStream, "isTTY" | "write">) => void;

/**
 * Reads the template of `inspect --format`. It works on the JSON, as in the Go program: `{{.Driver.IPAddress}}`.
 * On a terminal, control characters in the values are shown.
 *
 * @throws {MachineError} `TEMPLATE_INVALID`; the result throws `TEMPLATE_FAILED`, and what was made before is written
 */
export function readInspectTemplate(format: string): InspectTemplate {
  const template = parseTemplate(format);
  return (config, output) => {
    const shown = (_key: string, value: unknown) => (output.isTTY && typeof value === "string" ? printable(value) : value);
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
