import { describe, expect, it } from "vitest";
import { runProcess } from "../../src/process/run-process.js";

const node = process.execPath;

describe("runProcess", () => {
  it("collects both streams and passes input", async () => {
    const program = 'process.stdin.pipe(process.stdout); process.stderr.write("note")';
    const result = await runProcess(node, ["-e", program], { input: "hello" });
    expect(result).toEqual({ exitCode: 0, stdout: "hello", stderr: "note" });
  });

  it("gives arguments to the program as they are, whatever a shell would make of them", async () => {
    const hostile = ["$(touch /tmp/never)", "a b", "`id`", ";", '"', "'"];
    const result = await runProcess(node, ["-e", "console.log(JSON.stringify(process.argv.slice(1)))", "--", ...hostile]);
    expect(JSON.parse(result.stdout)).toEqual(hostile);
  });

  it("fails with the end of stderr", async () => {
    const program = 'console.error("first\\nthe reason"); process.exit(3)';
    await expect(runProcess(node, ["-e", program])).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringMatching(/exit code 3: first\nthe reason/),
    });
  });

  it("takes other exit codes for success when told so", async () => {
    await expect(runProcess(node, ["-e", "process.exit(3)"], { acceptedExitCodes: [0, 3] })).resolves.toMatchObject({ exitCode: 3 });
  });

  it("names a program that is not there", async () => {
    await expect(runProcess("no-such-program-anywhere", [])).rejects.toMatchObject({ code: "COMMAND_NOT_FOUND" });
  });

  it("ends the program at its deadline and when it is aborted", async () => {
    const endless = ["-e", "setInterval(() => {}, 1000)"];
    await expect(runProcess(node, endless, { timeoutMs: 100 })).rejects.toMatchObject({ code: "COMMAND_TIMEOUT" });
    const controller = new AbortController();
    const running = runProcess(node, endless, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    await expect(runProcess(node, endless, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
  });

  it("judges a program that does not read its input by its exit code", async () => {
    await expect(runProcess(node, ["-e", "process.exit(0)"], { input: "x".repeat(1_000_000) })).resolves.toMatchObject({ exitCode: 0 });
  });
});
