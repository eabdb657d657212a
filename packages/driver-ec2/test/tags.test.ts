import { expect, test } from "vitest";
import { parseTags } from "../src/tags.js";

test("Tags are read as keys and values in turn; values may be empty", () => {
  expect(parseTags("team,web, cost-centre ,42,empty,")).toEqual([
    { Key: "team", Value: "web" },
    { Key: "cost-centre", Value: "42" },
    { Key: "empty", Value: "" },
  ]);
  expect(parseTags(undefined)).toEqual([]);
  expect(parseTags(" ")).toEqual([]);
});

test.each([
  ["team", "are not pairs"],
  [",web", "a key is empty"],
  ["aws:x,1", 'the key "aws:x"'],
  ["docker-machine:machine-id,1", "a prefix that isn't free"],
  ["a,1,a,2", "is there twice"],
  [`${"k".repeat(129)},1`, "longer than 128"],
  [`k,${"v".repeat(257)}`, "longer than 128"],
  [Array.from({ length: 47 }, (_, index) => `k${index},v`).join(), "these are 47 tags"],
])("Tags that AWS would refuse, or that are ours, are refused: %s", (text, problem) => {
  expect(() => parseTags(text)).toThrow(problem);
});
