import { expect, it } from "vitest";
import { nearest } from "../../src/command-line/nearest.js";

const commands = ["create", "inspect", "ls", "ssh", "status", "stop", "start", "regenerate-certs"];

it.each([
  ["creat", "create"],
  ["crate", "create"],
  ["sl", undefined],
  ["lss", "ls"],
  ["stpo", undefined],
  ["sto", "stop"],
  ["regenerate-cert", "regenerate-certs"],
  ["kubernetes", undefined],
])("who types %s may have meant %s", (typed, expected) => {
  expect(nearest(typed, commands)).toBe(expected);
});
