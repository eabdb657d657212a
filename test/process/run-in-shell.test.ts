import { expect, it } from "vitest";
import { runInShell } from "../../src/process/run-in-shell.js";
import { errorOf } from "../support/error-of.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const run = async (command: string, options: { readonly cwd?: string; readonly signal?: AbortSignal } = {}) => {
  const lines: string[] = [];
  const { cwd = await scratchDirectory(), signal = new AbortController().signal } = options;
  const exitCode = await runInShell(command, {
    cwd,
    signal,
    env: { PATH: process.env.PATH ?? "", A: "1" },
    onLine: (line) => lines.push(line),
  });
  return { exitCode, lines };
};

it("runs a whole command line with just the environment it is given, and tells its lines and exit code", async () => {
  expect(await run("echo $A $HOME; printf b >&2; exit 3")).toEqual({ exitCode: 3, lines: ["1", "b"] });
  expect(await run("kill -9 $$")).toEqual({ exitCode: 128, lines: [] });
});

it("does not wait for a daemon that left the process group and holds the outputs", async () => {
  const { exitCode, lines } = await run("setsid sleep 3 & echo done");
  expect([exitCode, lines]).toEqual([0, ["done"]]);
});

it("ends at an interrupt, also if it came before", async () => {
  expect(await errorOf(() => run("sleep 60", { signal: AbortSignal.abort() }))).toMatchObject({ code: "OPERATION_ABORTED" });
});

it("fails if it can't start", async () => {
  await expect(run("true", { cwd: "/nowhere" })).rejects.toThrow(/ENOENT/);
});
