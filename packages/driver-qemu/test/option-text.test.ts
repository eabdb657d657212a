import { expect, test } from "vitest";
import { optionText } from "../src/option-text.js";

test("commas in a value are doubled, so that a path may hold any", () => {
  expect(optionText("file", { path: "/a,b/,c", id: "x" })).toBe("file,path=/a,,b/,,c,id=x");
});

test("parts without a value are left out", () => {
  expect(optionText("q35", { pflash0: undefined })).toBe("q35");
});

test("an option may have named parts only", () => {
  expect(optionText("", { type: 1, serial: "ds=nocloud" })).toBe("type=1,serial=ds=nocloud");
});
