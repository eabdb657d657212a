import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { findQemu, parseQemuVersion } from "../src/find-qemu.js";
import { familyOf, installSuggestions } from "../src/install-suggestions.js";
import { errorOf } from "./support/error-of.js";

async function folderWith(...programs: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(folder, { recursive: true });
  for (const program of programs) {
    await writeFile(join(folder, program), "");
    await chmod(join(folder, program), 0o755);
  }
  return folder;
}

function hostWith(stdout: string): FakeHost {
  return new FakeHost({ run: () => ({ stdout }) });
}

test("QEMU is found on PATH, with its version and the qemu-img beside it", async () => {
  const folder = await folderWith("qemu-system-x86_64", "qemu-img");
  const qemu = await findQemu("amd64", hostWith("QEMU emulator version 8.2.2 (Debian 1:8.2.2)\nCopyright …\n"), {
    platform: "linux",
    environment: { PATH: `relative:${folder}` },
  });
  expect(qemu).toEqual({
    path: join(folder, "qemu-system-x86_64"),
    architecture: "amd64",
    version: "8.2.2",
    majorVersion: 8,
    imageToolPath: join(folder, "qemu-img"),
  });
});

test("without QEMU, the error says how to install it on this system", async () => {
  const elsewhere = { platform: "aix" as const, environment: { PATH: await folderWith("qemu-img") } };
  const error = await errorOf(findQemu("arm64", hostWith(""), { ...elsewhere, platform: "win32" }));
  expect(error).toMatchObject({ code: "QEMU_NOT_FOUND", suggestions: ["winget install --id SoftwareFreedomConservancy.QEMU"] });
});

test.each([
  ["QEMU emulator version 5.2.0\n", "QEMU_TOO_OLD"],
  ["Segmentation fault\n", "QEMU_BROKEN"],
])("%j is refused with %s", async (stdout, code) => {
  const places = { platform: "linux" as const, environment: { PATH: await folderWith("qemu-system-x86_64", "qemu-img") } };
  expect((await errorOf(findQemu("amd64", hostWith(stdout), places))).code).toBe(code);
});

test("a QEMU that can't be run is told as broken", async () => {
  const places = { platform: "linux" as const, environment: { PATH: await folderWith("qemu-system-x86_64", "qemu-img") } };
  const host = new FakeHost({
    run: () => {
      throw new DriverError("COMMAND_FAILED", "libfoo.so.1: cannot open shared object file");
    },
  });
  expect(await errorOf(findQemu("amd64", host, places))).toMatchObject({ code: "QEMU_BROKEN", message: expect.stringContaining("libfoo") });
});

// As Debian 12, Homebrew and a release candidate print it.
test.each([
  ["QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022 Fabrice Bellard\n", "7.2.22"],
  ["QEMU emulator version 10.1.0\n", "10.1.0"],
  ["QEMU emulator version 9.0.90 (v9.1.0-rc0)\n", "9.0.90"],
  ["qemu-img version 7.2.22\n", undefined],
])("the version in %j is %s", (text, version) => {
  expect(parseQemuVersion(text)).toBe(version);
});

test.each([
  ['ID=debian\nNAME="Debian"', "debian"],
  ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', "debian"],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', "fedora"],
  ["ID=arch", "arch"],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "suse"],
  ["ID=alpine", "alpine"],
  ["ID=void", undefined],
  ["", undefined],
])("the os-release %j is of the family %s", (text, family) => {
  expect(familyOf(text)).toBe(family);
});

test("how to install QEMU is one command where the system is known, and one a system where it is not", async () => {
  expect(await installSuggestions("arm64", "darwin")).toEqual(["brew install qemu"]);
  expect(await installSuggestions("amd64", "linux", "/missing")).toHaveLength(5);
  const folder = await folderWith();
  await writeFile(join(folder, "os-release"), "ID=debian\n");
  expect(await installSuggestions("arm64", "linux", join(folder, "os-release"))).toEqual([
    "sudo apt-get install qemu-system-arm qemu-efi-aarch64 qemu-utils",
  ]);
});
