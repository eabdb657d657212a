import { describe, expect, test } from "vitest";
import { checkSharedFolders, parseSharedFolder } from "../src/shared-folder-option.js";

describe("a shared folder", () => {
  test("is seen at its name, or at a path", () => {
    expect(parseSharedFolder("/home/me/src:src")).toEqual({ directory: "/home/me/src", guestPath: "/src" });
    expect(parseSharedFolder("./a:b:/srv/a/")).toEqual({ directory: "./a:b", guestPath: "/srv/a" });
    expect(parseSharedFolder("C:\\src:/src")).toEqual({ directory: "C:\\src", guestPath: "/src" });
  });

  test.each(["src", "C:\\src", "src:", ":src", "src:/a b", "src:/a/../b", "src:a/b"])("is refused as %j", (text) => {
    expect(() => parseSharedFolder(text)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test("is refused where another one is seen", () => {
    expect(() => checkSharedFolders(["a:src", "b:/src"])).toThrow(/no other --qemu-share/);
  });
});
