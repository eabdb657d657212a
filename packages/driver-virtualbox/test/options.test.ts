import { readFileSync } from "node:fs";
import { DEFAULT_IMAGE } from "@docker-machine/cloud-image";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";
import { findVBoxManage } from "../src/find-vboxmanage.js";
import { checkVirtualBoxOptions, virtualBoxOptions } from "../src/options.js";
import { parseShareFolder, sharedFolder } from "../src/shared-folder.js";
import { tarEntry } from "../src/tar-entry.js";
import { checkProcessorFlags } from "../src/virtualization-check.js";
import { macAddresses, withColons } from "../src/vm-settings.js";
import { statusOfState } from "../src/vm-status.js";

function check(flags: Record<string, string | boolean>): void {
  checkVirtualBoxOptions(resolveOptions(virtualBoxOptions, { flags }));
}

describe("the options", () => {
  test("have the Go program's flags and variables, and its defaults but for the network", () => {
    const expected = readFileSync(new URL("./fixtures/go-flags.txt", import.meta.url), "utf8")
      .trim()
      .split("\n");
    const ours = Object.values(virtualBoxOptions).map((spec) => `--${spec.flag} ${"default" in spec ? spec.default : ""} ${spec.env}`);
    for (const line of expected) expect(ours).toContain(line.replace("192.168.99.1/24", "192.168.59.1/24"));
  });

  test("take cloud-image's default image", () => {
    expect(virtualBoxOptions.image.default).toBe(DEFAULT_IMAGE);
  });

  test("that are wrong are refused before anything is made", () => {
    expect(() => check({ "virtualbox-hostonly-cidr": "192.168.59.0/24" })).toThrow("--virtualbox-hostonly-cidr");
    expect(() => check({ "virtualbox-share-folder": "/src" })).toThrow("--virtualbox-share-folder");
    expect(() => check({ "virtualbox-import-boot2docker-vm": "old" })).toThrow("boot2docker ISO");
    expect(() => check({ "virtualbox-ui-type": "hidden" })).toThrow("one of gui, sdl, headless, separate");
    expect(() => check({})).not.toThrow();
  });
});

describe("a shared folder", () => {
  test("is read from dir:name, with a drive letter, too", () => {
    expect(parseShareFolder("/home/me/src:src")).toEqual({ hostPath: "/home/me/src", name: "src" });
    expect(parseShareFolder("C:\\src:c/src")).toEqual({ hostPath: "C:\\src", name: "c/src" });
  });

  test.each(["src", ":src", "/src:", "/src:../etc", "/src:a b"])("%s is refused", (text) => {
    expect(() => parseShareFolder(text)).toThrow("dir:name");
  });

  test("is none with --virtualbox-no-share", () => {
    expect(sharedFolder({ noShare: true, shareFolder: "/a:b" })).toBeUndefined();
  });
});

describe("VBoxManage", () => {
  const windows = "C:\\Program Files\\Oracle\\VirtualBox";

  test("is found on Windows where the installer says, or where it installs by default", () => {
    const exists = (path: string) => path === `${windows}\\VBoxManage.exe`;
    for (const variable of ["VBOX_MSI_INSTALL_PATH", "VBOX_INSTALL_PATH"]) {
      expect(findVBoxManage({ platform: "win32", env: { [variable]: `${windows}\\` }, exists })).toBe(`${windows}\\VBoxManage.exe`);
    }
    expect(findVBoxManage({ platform: "win32", env: { ProgramFiles: "C:\\Program Files" }, exists })).toBe(`${windows}\\VBoxManage.exe`);
    expect(findVBoxManage({ platform: "win32", env: {}, exists })).toBe("VBoxManage.exe");
  });

  test("is the application's own on macOS, unless there is one on PATH", () => {
    const bundled = "/Applications/VirtualBox.app/Contents/MacOS/VBoxManage";
    expect(findVBoxManage({ platform: "darwin", env: { PATH: "/usr/bin" }, exists: (path) => path === bundled })).toBe(bundled);
    expect(findVBoxManage({ platform: "darwin", env: { PATH: "/usr/local/bin" }, exists: () => true })).toBe("VBoxManage");
  });
});

test("states of VirtualBox in docker-machine's words", () => {
  const states = ["running", "paused", "saved", "aborted-saved", "poweroff", "aborted", "starting", "stopping", "gurumeditation", ""];
  expect(states.map(statusOfState)).toEqual([
    "Running",
    "Paused",
    "Saved",
    "Saved",
    "Stopped",
    "Stopped",
    "Starting",
    "Stopping",
    "Error",
    "Error",
  ]);
});

test("a processor without virtualization is noticed, one that isn't described is not", () => {
  expect(() => checkProcessorFlags("flags\t\t: fpu vme de pse\n")).toThrow("VT-x or AMD-V");
  expect(() => checkProcessorFlags("flags\t\t: fpu vmx de\n")).not.toThrow();
  expect(() => checkProcessorFlags("flags\t\t: fpu svm de\n")).not.toThrow();
  expect(() => checkProcessorFlags("")).not.toThrow();
});

test("network cards have VirtualBox's prefix, and the same addresses for the same machine", () => {
  expect(macAddresses("99C6A563-deea-4673-81e3-860a818a6d72")).toEqual({ nat: "08002799c6a5", hostOnly: "0800278a6d72" });
  expect(withColons("08002799c6a5")).toBe("08:00:27:99:c6:a5");
});

test("a tar entry's checksum counts its header with spaces in its place", () => {
  const entry = tarEntry({ name: "a", mode: 0o644, content: Buffer.from("xyz") });
  expect(entry).toHaveLength(1024);
  const sum = Number.parseInt(entry.toString("latin1", 148, 154), 8);
  const header = Buffer.from(entry.subarray(0, 512));
  header.fill(" ", 148, 156);
  expect(header.reduce((total, byte) => total + byte, 0)).toBe(sum);
});
