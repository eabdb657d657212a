import { expect, test } from "vitest";
import { parseFirmwareDescriptor } from "../src/firmware-descriptor.js";

/** As in Debian 12's qemu-efi-aarch64, file 60-edk2-aarch64.json. */
const DEBIAN_ARM64 = {
  description: "UEFI firmware for aarch64",
  "interface-types": ["uefi"],
  mapping: {
    device: "flash",
    executable: { filename: "/usr/share/AAVMF/AAVMF_CODE.fd", format: "raw" },
    "nvram-template": { filename: "/usr/share/AAVMF/AAVMF_VARS.fd", format: "raw" },
  },
  targets: [{ architecture: "aarch64", machines: ["virt-*"] }],
  features: ["verbose-static"],
  tags: [],
};

test("a descriptor tells both files and their format", () => {
  expect(parseFirmwareDescriptor(JSON.stringify(DEBIAN_ARM64), "arm64")).toEqual({
    codePath: "/usr/share/AAVMF/AAVMF_CODE.fd",
    variablesTemplatePath: "/usr/share/AAVMF/AAVMF_VARS.fd",
    format: "raw",
  });
});

test.each([
  ["another architecture", { targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }] }],
  ["another machine", { targets: [{ architecture: "aarch64", machines: ["sbsa-ref"] }] }],
  ["Secure Boot with keys", { features: ["enrolled-keys", "secure-boot"] }],
  ["a BIOS", { "interface-types": ["bios"] }],
  ["memory instead of flash", { mapping: { device: "memory", filename: "/firmware" } }],
  ["no variables", { mapping: { ...DEBIAN_ARM64.mapping, mode: "stateless" } }],
  ["two formats", { mapping: { ...DEBIAN_ARM64.mapping, executable: { filename: "/a", format: "qcow2" } } }],
  ["wrong types", { mapping: { device: "flash", executable: 1 }, targets: "all" }],
])("firmware with %s is not taken", (_what, change) => {
  expect(parseFirmwareDescriptor(JSON.stringify({ ...DEBIAN_ARM64, ...change }), "arm64")).toBeUndefined();
});

test.each(["", "null", "[]", "{}", "{"])("%j is no descriptor", (text) => {
  expect(parseFirmwareDescriptor(text, "amd64")).toBeUndefined();
});
