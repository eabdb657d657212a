import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { quoteArgument, quoteAssignment, serviceDropIn } from "../../src/provision/systemd.js";
import { scratchDirectory } from "../support/scratch-directory.js";

// What systemd makes of these was read from a running dockerd's command line and environment, systemd 252.
test.each([
  ["tcp://0.0.0.0:2376", "tcp://0.0.0.0:2376"],
  ["env=test", "env=test"],
  ["x=$(touch /tmp/pwned)", '"x=$$(touch /tmp/pwned)"'],
  [`a=b c %n "q" \\ ' \${HOME} ;`, `"a=b c %%n \\"q\\" \\\\ ' $$\{HOME} ;"`],
  ["100%", "100%%"],
  ["", '""'],
  [";", '";"'],
  ["ünïcödé", '"ünïcödé"'],
])("The argument %j is written %s", (word, quoted) => {
  expect(quoteArgument(word)).toBe(quoted);
});

test.each([
  ["FOO=bar", "FOO=bar"],
  ["MSG=hello world", '"MSG=hello world"'],
  ['P=100% $HOME "x" \\n', '"P=100%% $HOME \\"x\\" \\\\n"'],
  ["EMPTY=", "EMPTY="],
])("The environment %j is written %s", (assignment, quoted) => {
  expect(quoteAssignment(assignment)).toBe(quoted);
});

test.each(["A=b\nExecStart=/bin/sh", "A=b\rc", "A=\u0000", "A=\u007f"])("A control character is refused: %j", (value) => {
  expect(() => quoteAssignment(value)).toThrow(expect.objectContaining({ code: "ENGINE_OPTION_INVALID" }));
  expect(() => quoteArgument(value)).toThrow(expect.objectContaining({ code: "ENGINE_OPTION_INVALID" }));
});

test.each(["A", "A b", "=b", "1A=b", ""])("An environment that is not NAME=value is refused: %j", (value) => {
  expect(() => quoteAssignment(value)).toThrow(expect.objectContaining({ code: "ENGINE_OPTION_INVALID" }));
});

test("A drop-in replaces the command line and is a unit file that systemd accepts", async () => {
  const text = serviceDropIn({ command: ["/bin/true", "-H", "$(x) %i", "b;c"], environment: ["A=b c", "D=e"] });
  expect(text).toBe('[Service]\nExecStart=\nExecStart=/bin/true -H "$$(x) %%i" "b;c"\nEnvironment="A=b c"\nEnvironment=D=e\n');
  const unit = join(await scratchDirectory(), "docker.service");
  await writeFile(unit, text);
  const { stderr } = await runProcess("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", unit]);
  expect(stderr).toBe("");
});
