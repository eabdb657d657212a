import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { commandLine, quoteWord, rootScriptCommand, scriptCommand } from "../../src/ssh/quote.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const awkward = [
  "",
  " ",
  "plain-word_1.0/@%+=:,",
  "two words",
  "it's",
  "''",
  '"double"',
  "$HOME",
  "$(touch pwned)",
  "`touch pwned`",
  "a;b|c&d>e<f",
  "back\\slash\\",
  "new\nline\n",
  "tab\there",
  "*?[a-z]{a,b}~",
  "#comment",
  "!bang",
  "-n",
  "ünïcödé ☃",
];

describe.each(["sh", "bash"])("%s", (shell) => {
  test("takes every quoted word literally", async () => {
    const directory = await scratchDirectory();
    const line = commandLine(["printf", "<%s>\\n", ...awkward]);
    const { stdout } = await runProcess(shell, ["-c", line], { cwd: directory });
    expect(stdout).toBe(awkward.map((word) => `<${word}>\n`).join(""));
    expect((await runProcess("ls", [directory])).stdout).toBe("");
  });

  test("hands a script its arguments literally", async () => {
    const script = `for word in "$@"; do printf '<%s>' "$word"; done`;
    const expected = awkward.map((word) => `<${word}>`).join("");
    expect((await runProcess(shell, ["-c", scriptCommand(script, awkward)])).stdout).toBe(expected);
  });

  test("hands a script for root its arguments literally, through sudo unless it is root already", async () => {
    const programs = await scratchDirectory();
    await mkdir(programs, { recursive: true });
    await writeFile(join(programs, "id"), "#!/bin/sh\necho $FAKE_UID\n", { mode: 0o755 });
    await writeFile(join(programs, "sudo"), `#!/bin/sh\nprintf 'sudo %s %s:' "$1" "$2"\nshift 2\nexec "$@"\n`, { mode: 0o755 });
    const command = rootScriptCommand(`for word in "$@"; do printf '<%s>' "$word"; done`, awkward);
    const expected = awkward.map((word) => `<${word}>`).join("");
    const run = (uid: string) => runProcess(shell, ["-c", command], { env: { PATH: `${programs}:${process.env.PATH}`, FAKE_UID: uid } });
    expect((await run("0")).stdout).toBe(expected);
    expect((await run("1000")).stdout).toBe(`sudo -n --:${expected}`);
  });
});

test("A NUL character is refused", () => {
  expect(() => quoteWord("a\0b")).toThrow(TypeError);
});
