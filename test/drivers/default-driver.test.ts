import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultDriver } from "../../src/drivers/default-driver.js";
import { errorOf } from "../support/error-of.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const QEMU = [process.arch === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64", "qemu-img"];

/** A computer on whose PATH there are just these programs. */
async function computerWith(programs: readonly string[]): Promise<NodeJS.ProcessEnv> {
  const folder = join(await scratchDirectory(), "bin");
  await mkdir(folder);
  for (const name of programs) await writeFile(join(folder, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { PATH: folder };
}

test.each([
  ["virtualbox", ["VBoxManage", ...QEMU]],
  ["virtualbox", ["VBoxManage"]],
  ["qemu", QEMU],
])("it is %s where there are %j", async (expected, programs) => {
  expect(await defaultDriver({ settings: {}, env: await computerWith(programs) })).toBe(expected);
});

test("it is the settings' driver, whatever programs there are", async () => {
  const env = await computerWith(["VBoxManage"]);
  expect(await defaultDriver({ settings: { driver: "github.com/my-org/my-repo" }, env })).toBe("github.com/my-org/my-repo");
});

test.each([[[]], [["qemu-img"]]])("with no more than %j there is none, and the error says how to install one", async (programs) => {
  const env = await computerWith(programs);
  const error = await errorOf(() => defaultDriver({ settings: {}, env }));
  expect(error).toMatchObject({ code: "DRIVER_UNSPECIFIED", exitCode: 3 });
  expect(error.suggestions.join("\n")).toMatch(/QEMU: .* install.*virtualbox\.org.*create -d/s);
});
