import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "../../src/files/lock.js";

const lockModule = new URL("../../src/files/lock.ts", import.meta.url).href;
const typescriptHooks = new URL("../support/run-typescript.mjs", import.meta.url).href;
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "lock-test-"));
  path = join(directory, "locks", "dev.lock");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function runProgram(program: string) {
  return spawn(process.execPath, ["--import", typescriptHooks, "--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("withLock", () => {
  it("returns what the action returns and leaves no file", async () => {
    await expect(withLock(path, { subject: "a test" }, async () => 42)).resolves.toBe(42);
    expect(existsSync(path)).toBe(false);
  });

  it("frees the lock when the action throws", async () => {
    const failing = withLock(path, { subject: "a test" }, () => Promise.reject(new Error("boom")));
    await expect(failing).rejects.toThrow("boom");
    await expect(withLock(path, { subject: "a test" }, async () => "free")).resolves.toBe("free");
  });

  it("lets one call of a process in at a time", async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(path, { subject: "a test" }, work)));
    expect(most).toBe(1);
  });

  it("lets one of eight processes in at a time, and no increment is lost", async () => {
    const counter = join(directory, "counter");
    await writeFile(counter, "0");
    const program = `
      import { readFileSync, writeFileSync } from "node:fs";
      import { withLock } from ${JSON.stringify(lockModule)};
      for (let round = 0; round < 10; round += 1) {
        await withLock(${JSON.stringify(path)}, { subject: "a test" }, async () => {
          const value = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
          await new Promise((resolve) => setTimeout(resolve, 1));
          writeFileSync(${JSON.stringify(counter)}, String(value + 1));
        });
      }`;
    const children = Array.from({ length: 8 }, () => runProgram(program));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual(Array(8).fill(0));
    expect(await readFile(counter, "utf8")).toBe("80");
  });

  it("is free again the moment its holder is killed", async () => {
    const child = runProgram(`
      import { withLock } from ${JSON.stringify(lockModule)};
      await withLock(${JSON.stringify(path)}, { subject: "a test" }, async () => {
        process.stdout.write("held");
        await new Promise((resolve) => setTimeout(resolve, 60000));
      });`);
    await once(child.stdout, "data");
    const early = withLock(path, { subject: "a test", timeoutMs: 50 }, async () => "too early");
    await expect(early).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect(withLock(path, { subject: "a test", timeoutMs: 1000 }, async () => "mine")).resolves.toBe("mine");
  });

  it("is not lost when the process that holds it asks for it again", async () => {
    await withLock(path, { subject: "a test" }, async () => {
      await expect(withLock(path, { subject: "a test", timeoutMs: 60 }, async () => 0)).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
      const child = runProgram(`
        import { withLock } from ${JSON.stringify(lockModule)};
        const result = await withLock(${JSON.stringify(path)}, { subject: "a test", timeoutMs: 100 }, async () => "stolen").catch((error) => error.code);
        process.stdout.write(result);`);
      const [output] = await once(child.stdout.setEncoding("utf8"), "data");
      expect(output).toBe("LOCK_TIMEOUT");
    });
  });

  it("names what is locked when it gives up, and stops at once when aborted", async () => {
    await withLock(path, { subject: "a test" }, async () => {
      const late = withLock(path, { subject: 'the machine "dev"', timeoutMs: 30 }, async () => 0);
      await expect(late).rejects.toThrow('working on the machine "dev"');
      const aborted = withLock(path, { subject: "a test", signal: AbortSignal.abort() }, async () => 0);
      await expect(aborted).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    });
  });
});
