import { expect, test } from "vitest";
import { hostNameOf } from "../../src/seed/host-name.js";

test.each([
  ["dev", "dev", "dev"],
  ["Dev1", "Dev1", "Dev1"],
  ["dev.lab.example", "dev", "dev.lab.example"],
  ["a-.-b", "a", "a.b"],
  ["a..b.", "a", "a.b"],
  ["dev-", "dev", "dev"],
  ["a".repeat(80), "a".repeat(63), "a".repeat(63)],
  [`${"a".repeat(62)}-b`, "a".repeat(62), "a".repeat(62)],
  ["dev\nmalicious: yes", "dev-malicious--yes", "dev-malicious--yes"],
  ["größe", "gr--e", "gr--e"],
  ["---", "machine", "machine"],
])("the machine %j is called %s, in full %s", (machine, short, full) => {
  expect(hostNameOf(machine)).toEqual({ short, full });
});
