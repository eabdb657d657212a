import { fileURLToPath } from "node:url";
import { flush, run, settings } from "@oclif/core";
import { moveGlobalFlags } from "./terminal/global-flags.js";
import { exitCodeOf, renderError } from "./terminal/render-error.js";

const TOPICS = ["driver"];

/** Runs one command line (without program and script), prints what went wrong, and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  process.stdout.on("error", endOnClosedPipe);
  settings.enableAutoTranspile = false;
  const words = separateRemoteCommand(versionAsCommand(moveGlobalFlags(argv, commandWords)));
  try {
    await run(words, fileURLToPath(new URL("..", import.meta.url)));
  } catch (error) {
    if (!isPlainExit(error)) process.stderr.write(renderError(error, { debug: wantsDebug(words) }));
    process.exitCode = isPlainExit(error) ? error.oclif.exit : exitCodeOf(error);
  }
  await flush();
  // A driver that hangs in `ls`, or a socket that lingers, must not keep the process.
  process.exit();
}

function commandWords(words: readonly string[]): number {
  return TOPICS.includes(words[0] ?? "") && words[1]?.startsWith("-") === false ? 2 : 1;
}

function versionAsCommand(words: readonly string[]): string[] {
  return ["--version", "-v"].includes(words[0] ?? "") ? ["version"] : [...words];
}

/** What follows the machine's name in `ssh NAME …` belongs to the remote command, flags included. */
function separateRemoteCommand(words: string[]): string[] {
  if (words[0] !== "ssh") return words;
  const name = words.findIndex((word, index) => index > 0 && !word.startsWith("-") && !takesValue(words[index - 1] ?? ""));
  if (name === -1) return words;
  const command = words.slice(name + 1);
  return [...words.slice(0, name + 1), "--", ...(command[0] === "--" ? command.slice(1) : command)];
}

function takesValue(word: string): boolean {
  return /^(?:-s|--(?:storage-path|tls-[a-z-]+|github-api-token|bugsnag-api-token))$/.test(word);
}

function wantsDebug(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === "--debug" || word === "-D");
}

/** oclif ends a command that is done early with an error of its own. */
function isPlainExit(error: unknown): error is { readonly oclif: { readonly exit: number } } {
  return error instanceof Error && "code" in error && error.code === "EEXIT";
}

function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
}
