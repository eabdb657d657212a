import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import type { Qemu } from "../src/find-qemu.js";
import { findFirmware } from "../src/firmware.js";
import { errorOf } from "./support/error-of.js";

const QEMU: Qemu = { path: "/qemu", architecture: "amd64", version: "9.0.0", majorVersion: 9, imageToolPath: "/qemu-img" };

/** A computer whose QEMU has its data in one folder, and two folders of descriptors. */
async function computer() {
  const root = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const [data, etc, usr] = ["data", "etc", "usr"].map((name) => join(root, name)) as [string, string, string];
  for (const folder of [data, etc, usr]) await mkdir(folder);
  const host = new FakeHost({ run: () => ({ stdout: `${data}\r\n/missing\n` }) });
  const add = async (path: string, firmware: string) => {
    const executable = { filename: join(root, `${firmware}.code`), format: "raw" };
    const variables = { filename: join(root, `${firmware}.vars`), format: "raw" };
    const mapping = { device: "flash", executable, "nvram-template": variables };
    const targets = [{ architecture: "x86_64", machines: ["pc-q35-*"] }];
    await writeFile(path, JSON.stringify({ "interface-types": ["uefi"], mapping, targets, features: [] }));
    return {
      make: () => Promise.all([executable, variables].map(({ filename }) => writeFile(filename, "firmware"))),
      codePath: executable.filename,
    };
  };
  return { host, data, etc, usr, add, find: () => findFirmware(QEMU, host, [etc, usr]) };
}

test("the first descriptor by name whose files are there is taken", async () => {
  const { usr, add, find } = await computer();
  await add(join(usr, "10-gone.json"), "gone");
  const second = await add(join(usr, "20-there.json"), "there");
  await (await add(join(usr, "30-other.json"), "other")).make();
  await second.make();
  expect(await find()).toMatchObject({ codePath: second.codePath, format: "raw", sizeBytes: 8 });
});

test("a descriptor of the computer's owner hides that of the package", async () => {
  const { etc, usr, add, find } = await computer();
  await (await add(join(usr, "10-firmware.json"), "package")).make();
  const owner = await add(join(etc, "10-firmware.json"), "owner");
  await owner.make();
  expect((await find()).codePath).toBe(owner.codePath);
});

test("firmware that comes with QEMU is found without descriptors", async () => {
  const { data, find } = await computer();
  await writeFile(join(data, "edk2-x86_64-code.fd"), "code");
  await writeFile(join(data, "edk2-i386-vars.fd"), "vars");
  expect((await find()).variablesTemplatePath).toBe(join(data, "edk2-i386-vars.fd"));
});

test("without firmware, the error says what to install", async () => {
  const { host } = await computer();
  const error = await errorOf(findFirmware({ ...QEMU, architecture: "arm64" }, host, []));
  expect(error.code).toBe("QEMU_FIRMWARE_MISSING");
  expect(error.suggestions.join()).toMatch(/qemu-efi-aarch64|brew install qemu|winget/);
});
