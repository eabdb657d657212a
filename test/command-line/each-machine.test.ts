import { expect, it } from "vitest";
import { eachMachine } from "../../src/command-line/each-machine.js";
import type { Context } from "../../src/context.js";
import { MachineError } from "../../src/errors.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { Tasks } from "../../src/terminal/tasks.js";
import { TerminalLog } from "../../src/terminal/terminal-log.js";

const log = new TerminalLog({ info: process.stdout, stderr: process.stderr, debug: false });
const program: Pick<Context, "machines" | "tasks"> = {
  machines: { log } as unknown as MachineContext,
  tasks: async () => new Tasks({ log }),
};

const failing = (exitCodes: Readonly<Record<string, number>>) => async (_machines: MachineContext, name: string) => {
  const exitCode = exitCodes[name];
  if (exitCode !== undefined) throw new MachineError("SOME_PROBLEM", "It broke.", { exitCode, suggestions: [`mend ${name}`, "pray"] });
};

it("tries all, and names the machine in each error", async () => {
  await expect(eachMachine(program, ["a", "b", "c"], failing({ a: 1, c: 3 }))).rejects.toMatchObject({
    code: "MACHINES_FAILED",
    message: "a: It broke.\nc: It broke.",
    exitCode: 1,
    suggestions: ["mend a", "pray", "mend c"],
  });
});

it("keeps the exit code that all errors have", async () => {
  await expect(eachMachine(program, ["a", "b"], failing({ a: 3, b: 3 }))).rejects.toMatchObject({ exitCode: 3 });
  await expect(eachMachine(program, ["a", "b"], failing({ b: 3 }))).rejects.toMatchObject({ exitCode: 3, message: "b: It broke." });
});

it("leaves the error of a single machine as it is", async () => {
  await expect(eachMachine(program, ["a"], failing({ a: 3 }))).rejects.toMatchObject({ code: "SOME_PROBLEM", message: "It broke." });
});
