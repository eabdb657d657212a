import { expect, test } from "vitest";
import { parseFileLocation } from "../../src/machines/file-location.js";

test.each([
  ["file", undefined, undefined, "file"],
  ["/a/b:c", undefined, undefined, "/a/b:c"],
  ["./a:b", undefined, undefined, "./a:b"],
  [":a", undefined, undefined, ":a"],
  ["", undefined, undefined, ""],
  ["dev:", "dev", undefined, ""],
  ["dev:/a:b", "dev", undefined, "/a:b"],
  ["me@dev:~/x", "dev", "me", "~/x"],
  ["me@corp.example@dev:x", "dev", "me@corp.example", "x"],
  ["dev:C:/x", "dev", undefined, "C:/x"],
  ["c:/x", "c", undefined, "/x"],
])("Elsewhere than on Windows, %s is of the machine %s", (text, machine, user, path) => {
  expect(parseFileLocation(text, "linux")).toEqual({ machine, user, path });
});

test.each([
  ["C:\\x", undefined, undefined, "C:\\x"],
  ["c:/x", undefined, undefined, "c:/x"],
  ["c:x", undefined, undefined, "c:x"],
  [".\\a:b", undefined, undefined, ".\\a:b"],
  ["dev:C:/x", "dev", undefined, "C:/x"],
  ["dev:C:\\x", "dev", undefined, "C:\\x"],
  ["me@dev:/x", "dev", "me", "/x"],
])("On Windows, %s is of the machine %s", (text, machine, user, path) => {
  expect(parseFileLocation(text, "win32")).toEqual({ machine, user, path });
});
