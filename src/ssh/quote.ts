/**
 * Quotes one word for a POSIX shell, so that it arrives literally whatever it contains.
 *
 * @throws {TypeError} for a word with a NUL character, which no program can be given
 */
export function quoteWord(word: string): string {
  if (word.includes("\0")) throw new TypeError(`A NUL character cannot be part of a command: ${JSON.stringify(word)}`);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command line with which a POSIX shell runs a program with exactly these arguments. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

const AS_ROOT = `if [ "$(id -u)" -eq 0 ]; then exec "$@"; else exec sudo -n -- "$@"; fi`;

/** The command line that runs a shell script. `args` arrive literally as `"$1"`, `"$2"`, …; the script itself is constant text. */
export function scriptCommand(script: string, args: readonly string[] = []): string {
  return commandLine(["sh", "-c", script, "sh", ...args]);
}

/** As {@link scriptCommand}, run by root: directly, or by `sudo` without a password. */
export function rootScriptCommand(script: string, args: readonly string[] = []): string {
  return commandLine(["sh", "-c", AS_ROOT, "sh", "sh", "-c", script, "sh", ...args]);
}
