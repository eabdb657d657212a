import { expect, it } from "vitest";
import { elapsed } from "../../src/terminal/elapsed.js";

it.each([
  [0, "0.0s"],
  [440, "0.4s"],
  [9_999, "9.9s"],
  [10_000, "10s"],
  [59_999, "59s"],
  [65_000, "1m 05s"],
  [3_600_000, "60m 00s"],
])("%d ms is shown as %s", (milliseconds, text) => expect(elapsed(milliseconds)).toBe(text));
