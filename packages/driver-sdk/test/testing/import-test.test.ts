import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryDefinition, memoryFixture } from "./memory-driver.js";

const DEFINITION = 'export default { [Symbol.for("docker-machine.DriverDefinition")]: true, name: "memory" };';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "import-test-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function importing(source: string): Promise<void> {
  const file = join(directory, "index.mjs");
  await writeFile(file, source);
  const suite = conformanceTests(memoryDefinition(), { ...memoryFixture, moduleUrl: pathToFileURL(file) });
  await suite.find(({ name }) => name === "importing the driver's module does no work")?.run();
}

describe("importing the driver's module", () => {
  test("passes when the module only defines a driver", async () => {
    await importing(`import { readFileSync } from "node:fs"; import "node:net"; readFileSync(import.meta.filename); ${DEFINITION}`);
  });

  test.each([
    ["prints", 'process.stdout.write("loaded\\n");', /printed something/],
    ["warns", 'console.warn("old");', /printed something/],
    ["throws", 'throw new Error("no");', /printed something, or failed/],
    ["sets a timer", "setTimeout(() => undefined, 1).unref();", /what importing the module began/],
    ["never ends", "setInterval(() => undefined, 1000);", /what importing the module began/],
    ["waits for a signal", 'process.on("SIGUSR2", () => undefined);', /what importing the module began/],
    ["waits for ever", "await new Promise(() => undefined);", /printed something, or failed/],
    ["listens", 'import { createServer } from "node:net"; createServer().listen(0).unref();', /what importing the module began/],
    [
      "connects",
      'import { connect } from "node:net"; connect(9, "127.0.0.1").on("error", () => undefined);',
      /what importing the module began/,
    ],
    [
      "asks the name service",
      'import { lookup } from "node:dns"; lookup("localhost", () => undefined);',
      /what importing the module began/,
    ],
    [
      "writes a file",
      'import { writeFileSync } from "node:fs"; writeFileSync(import.meta.filename + ".out", "");',
      /ERR_ACCESS_DENIED|printed something, or failed/,
    ],
    ["runs a program", 'import { spawnSync } from "node:child_process"; spawnSync("true");', /printed something, or failed/],
    ["ends the process", "process.exit(3);", /exit code/],
  ])("fails when the module %s", async (_what, statement, saying) => {
    await expect(importing(`${statement}\n${DEFINITION}`)).rejects.toThrow(saying);
  });

  test("fails when the default export is no definition", async () => {
    await expect(importing("export default {};")).rejects.toThrow(/its default export/);
  });
});
