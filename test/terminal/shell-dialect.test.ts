import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { detectShell, shellDialect } from "../../src/terminal/shell-dialect.js";

describe("shellDialect", () => {
  it.each([
    ["bash", 'export A="b"', "unset A"],
    ["fish", 'set -gx A "b";', "set -e A;"],
    ["powershell", '$Env:A = "b"', "Remove-Item Env:\\\\A"],
    ["cmd", "SET A=b", "SET A="],
    ["tcsh", 'setenv A "b";', "unsetenv A;"],
    ["emacs", '(setenv "A" "b")', '(setenv "A" nil)'],
    ["zsh", 'export A="b"', "unset A"],
    ["constructor", 'export A="b"', "unset A"],
  ])("speaks %s", (shell, set, unset) => {
    expect(shellDialect(shell).set("A", "b")).toBe(set);
    expect(shellDialect(shell).unset("A")).toBe(unset);
  });

  it("writes values that the shell takes literally, whatever is in them", () => {
    const value = 'a"b$(echo pwned)`echo pwned`\\$HOME';
    const script = `${shellDialect("bash").set("VALUE", value)}\nprintf %s "$VALUE"`;
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe(value);
  });

  it.each(["cmd", "tcsh"])("refuses for %s what can't be written safely", (shell) => {
    expect(() => shellDialect(shell).set("A", 'x"!%')).toThrow(expect.objectContaining({ code: "SHELL_VALUE_UNSAFE" }));
  });

  it.each(["bash", "fish", "powershell", "cmd", "tcsh", "emacs"])("refuses line breaks for %s", (shell) => {
    expect(() => shellDialect(shell).set("A", "b\nrm -rf /")).toThrow(expect.objectContaining({ code: "SHELL_VALUE_UNSAFE" }));
  });
});

describe("detectShell", () => {
  it("takes the last part of SHELL", () => expect(detectShell({ SHELL: "/usr/bin/fish" }, "linux")).toBe("fish"));
  it("knows none without SHELL on Linux", () => expect(detectShell({}, "linux")).toBeUndefined());
  it("falls back to cmd on Windows", () => expect(detectShell({}, "win32")).toBe("cmd"));
});
