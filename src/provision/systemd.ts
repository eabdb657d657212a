import { MachineError } from "../errors.js";

/** A drop-in that replaces a service's command line and adds to its environment. */
export interface ServiceDropIn {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** `NAME=value` */
  readonly environment: readonly string[];
}

/**
 * The text of a drop-in. Every value arrives literally: see systemd.service(5), "Command lines", and systemd.syntax(7), "Quoting".
 *
 * @throws {MachineError} `ENGINE_OPTION_INVALID` for a value that a unit file cannot hold
 */
export function serviceDropIn({ command, environment }: ServiceDropIn): string {
  return [
    "[Service]",
    "ExecStart=",
    `ExecStart=${command.map(quoteArgument).join(" ")}`,
    ...environment.map((assignment) => `Environment=${quoteAssignment(assignment)}`),
    "",
  ].join("\n");
}

/** One word of `ExecStart=`, where systemd also replaces variables. */
export function quoteArgument(word: string): string {
  return quote(word).replaceAll("$", "$$$$");
}

/** One word of `Environment=`, where a dollar sign is itself. */
export function quoteAssignment(assignment: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(assignment)) {
    throw new MachineError(
      "ENGINE_OPTION_INVALID",
      `The engine's environment has ${JSON.stringify(assignment)}, but it must be NAME=value.`,
      {
        suggestions: ["Check --engine-env."],
      },
    );
  }
  return quote(assignment);
}

function quote(word: string): string {
  if ([...word].some((character) => character < " " || character === "\u007f")) {
    throw new MachineError(
      "ENGINE_OPTION_INVALID",
      `The engine option ${JSON.stringify(word)} has a line break or another control character, which a systemd unit cannot hold.`,
      { suggestions: ["Check --engine-env, --engine-label and --engine-opt."] },
    );
  }
  const withoutSpecifiers = word.replaceAll("%", "%%");
  if (/^[A-Za-z0-9_@+=:,./%-]+$/.test(withoutSpecifiers)) return withoutSpecifiers;
  return `"${withoutSpecifiers.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
