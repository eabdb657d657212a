import { describe, expect, it } from "vitest";
import { assertMachineName, isMachineName } from "../../src/store/machine-name.js";

describe("isMachineName", () => {
  it.each(["dev", "a.b-c.", "9", "A", "runner-abc-default-1700000000-0f1e2d3c", "con", "a".repeat(200)])("takes %s", (name) => {
    expect(isMachineName(name, "linux")).toBe(true);
  });

  it.each([
    "",
    ".",
    "..",
    ".hidden",
    "-x",
    "--help",
    "a/b",
    "a\\b",
    "/etc",
    "../x",
    "a b",
    "a\0b",
    "a\nb",
    "é",
    "a_b",
    "%2e%2e",
    "a".repeat(201),
  ])("refuses %j", (name) => {
    expect(isMachineName(name, "linux")).toBe(false);
    expect(isMachineName(name, "win32")).toBe(false);
  });

  it.each(["con", "CON", "nul.txt", "com1", "lpt9.a", "aux", "prn", "ends-with."])("refuses %s on Windows only", (name) => {
    expect(isMachineName(name, "win32")).toBe(false);
    expect(isMachineName(name, "linux")).toBe(true);
  });
});

it("assertMachineName says of a long name how long it may be, and does not repeat all of it", () => {
  expect(() => assertMachineName("x".repeat(5000))).toThrow(
    /^"x{40}\.\.\." can't name a machine\. It has 5000 characters; allowed are 200\.$/,
  );
});
