import { MachineError } from "../errors.js";

/** The shells that `env` speaks to. */
export type ShellName = "bash" | "fish" | "powershell" | "cmd" | "tcsh" | "emacs";

/** How a shell sets a variable, removes one, writes a comment, and runs the lines that a command prints. */
export interface ShellDialect {
  set(name: string, value: string): string;
  unset(name: string): string;
  readonly comment: string;
  evaluate(commandLine: string): string;
}

const dialects: Readonly<Record<ShellName, ShellDialect>> = {
  bash: {
    set: (name, value) => `export ${name}="${escaped(value, /[\\"$`]/g, "\\")}"`,
    unset: (name) => `unset ${name}`,
    comment: "#",
    evaluate: (commandLine) => `eval $(${commandLine})`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} "${escaped(value, /[\\"$]/g, "\\")}";`,
    unset: (name) => `set -e ${name};`,
    comment: "#",
    evaluate: (commandLine) => `eval (${commandLine})`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = "${escaped(value, /["$`]/g, "`")}"`,
    unset: (name) => `Remove-Item Env:\\\\${name}`,
    comment: "#",
    evaluate: (commandLine) => `& ${commandLine} | Invoke-Expression`,
  },
  cmd: {
    set: (name, value) => `SET ${name}=${unescapable(value, /[%^&|<>"!]/, "cmd")}`,
    unset: (name) => `SET ${name}=`,
    comment: "REM",
    evaluate: (commandLine) => `\t@FOR /f "tokens=*" %i IN ('${commandLine}') DO @%i`,
  },
  tcsh: {
    set: (name, value) => `setenv ${name} "${unescapable(value, /["$`!\\]/, "tcsh")}";`,
    unset: (name) => `unsetenv ${name};`,
    comment: ":",
    evaluate: (commandLine) => `eval \`${commandLine}\``,
  },
  emacs: {
    set: (name, value) => `(setenv "${name}" "${escaped(value, /[\\"]/g, "\\")}")`,
    unset: (name) => `(setenv "${name}" nil)`,
    comment: ";;",
    evaluate: (commandLine) => `(with-temp-buffer (shell-command "${commandLine}" (current-buffer)) (eval-buffer))`,
  },
};

/** What `env` writes for: the shells with a dialect of their own, and those that read `export`. */
export const shellNames = ["bash", "zsh", "sh", "dash", "ash", "ksh", ...Object.keys(dialects).filter((name) => name !== "bash")];

/** Whether a shell is one of {@link shellNames}. */
export function isKnownShell(shell: string): boolean {
  return shellNames.includes(shell);
}

/** The dialect of a shell. Unknown ones are taken for a POSIX shell, as the Go program does. */
export function shellDialect(shell: string): ShellDialect {
  return Object.hasOwn(dialects, shell) ? dialects[shell as ShellName] : dialects.bash;
}

/** The user's shell by its environment, or `undefined`. */
export function detectShell(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const path = env.SHELL;
  if (path !== undefined && path !== "") return path.split("/").at(-1);
  if (platform !== "win32") return undefined;
  return env.PSModulePath !== undefined && env.PROMPT === undefined ? "powershell" : "cmd";
}

/** The lines are evaluated by the user's shell, so nothing in a value may have a meaning to it. */
function escaped(value: string, special: RegExp, marker: string): string {
  return oneLine(value).replace(special, (character) => marker + character);
}

function unescapable(value: string, special: RegExp, shell: ShellName): string {
  if (!special.test(value)) return oneLine(value);
  throw new MachineError("SHELL_VALUE_UNSAFE", `The value ${JSON.stringify(value)} can't be written for the shell ${shell}.`, {
    suggestions: ["Set it by hand, or use another shell: docker-machine env --shell bash"],
  });
}

function oneLine(value: string): string {
  if (!/\p{Cc}/u.test(value)) return value;
  throw new MachineError("SHELL_VALUE_UNSAFE", `The value ${JSON.stringify(value)} holds control characters.`);
}
