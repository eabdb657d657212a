import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Cli } from "./cli.js";

/** What a run in a {@link runInTerminal} left. */
export interface TerminalResult {
  readonly exitCode: number;
  /** All that the terminal was sent, with ␛ for the escape character. */
  readonly output: string;
  /** The lines that stood there at the end, without styles. */
  readonly screen: readonly string[];
}

/** How {@link runInTerminal} runs. */
export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Presses Ctrl-C once the output matches. */
  readonly interruptAt?: RegExp;
  /** Text typed once the output matches. */
  readonly type?: { readonly at: RegExp; readonly text: string };
}

const COLUMNS = 100;

/** Runs the program in a terminal of 24 lines (by util-linux's `script`, which makes one). */
export async function runInTerminal(cli: Cli, args: readonly string[], options: TerminalOptions = {}): Promise<TerminalResult> {
  const words = [cli.program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const child = spawn("script", ["-qfec", `stty rows 24 cols ${COLUMNS}; exec ${words}`, "/dev/null"], {
    env: { TERM: "xterm-256color", ...cli.env, ...options.env },
    cwd: cli.directory,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  const typed = [
    ...(options.interruptAt === undefined ? [] : [{ at: options.interruptAt, text: "\x03" }]),
    ...(options.type === undefined ? [] : [options.type]),
  ];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text.replaceAll("\x1b", "␛");
    if (typed[0]?.at.test(output) === true) child.stdin.write(typed.shift()?.text ?? "");
  });
  const [exitCode] = (await once(child, "close")) as [number];
  return { exitCode, output, screen: screenOf(output) };
}

/** Plays what a terminal was sent: text, line ends, and the few sequences that move its cursor or erase. */
function screenOf(output: string): string[] {
  const screen = new Screen();
  for (const [token, parameter = "", command] of output.matchAll(/␛\[([?\d;]*)([A-Za-z])|[\r\n]|[^␛\r\n]+/g)) {
    if (command === undefined) screen.write(token);
    else screen.command(command, parameter);
  }
  return screen.lines.map((line) => line.trimEnd()).filter((line) => line !== "");
}

class Screen {
  readonly lines: string[] = [""];
  #row = 0;
  #column = 0;

  write(token: string): void {
    if (token === "\r") this.#column = 0;
    else if (token === "\n") this.#moveTo(this.#row + 1);
    else {
      const line = this.#line().padEnd(this.#column);
      this.lines[this.#row] = line.slice(0, this.#column) + token + line.slice(this.#column + token.length);
      this.#column += token.length;
    }
  }

  command(name: string, parameter: string): void {
    const count = Number(parameter || 1);
    if (name === "A") this.#moveTo(Math.max(0, this.#row - count));
    if (name === "B") this.#moveTo(this.#row + count);
    if (name === "G") this.#column = count - 1;
    if (name === "K") this.lines[this.#row] = parameter === "2" ? "" : this.#line().slice(0, this.#column);
  }

  #line(): string {
    return this.lines[this.#row] ?? "";
  }

  #moveTo(row: number): void {
    this.#row = row;
    while (this.lines.length <= row) this.lines.push("");
  }
}
