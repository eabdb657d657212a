import { expect, it } from "vitest";
import { nearest } from "../src/nearest.js";

const commands = ["create", "inspect", "ls", "ssh", "status", "stop", "start", "regenerate-certs"];

it.each([
  ["creat", "create"],
  ["crate", "create"],
  ["sl", "ls"],
  ["lss", "ls"],
  ["xx", undefined],
  ["stpo", "stop"],
  ["sto", "stop"],
  ["regenerate-cert", "regenerate-certs"],
  ["kubernetes", undefined],
])("who types %s may have meant %s", (typed, expected) => {
  expect(nearest(typed, commands)).toBe(expected);
});
