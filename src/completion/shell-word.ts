import { basename } from "node:path";
import { MachineError } from "../errors.js";

const SHELLS = ["bash", "zsh", "fish", "powershell"];

/**
 * The shell that was typed, or else the one of `$SHELL`.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for one that has no completion
 */
export function shellWord(words: readonly string[], env: NodeJS.ProcessEnv): string {
  const [shell = basename(env.SHELL ?? "bash")] = words;
  if (SHELLS.includes(shell) && words.length <= 1) return shell;
  throw new MachineError(
    "ARGUMENTS_INVALID",
    `Expected one of ${SHELLS.join(", ")}, but got ${words.length > 1 ? words.join(" ") : JSON.stringify(shell)}.`,
  );
}
