import { expect, test } from "vitest";
import { sortedNaturally } from "../../src/terminal/natural-order.js";

const sorted = (names: readonly string[]) => sortedNaturally(names.map((name) => ({ name }))).map(({ name }) => name);

test("numbers are ordered by value, letters without regard to case, equal ones by code point", () => {
  expect(sorted(["m10", "M2", "a.b-c.", "m2", "m02", "Dev", "dev", "dev-2", "dev.1", "dev1", "m1a9", "m1a10", "10", "9"])).toEqual([
    ...["9", "10", "a.b-c.", "Dev", "dev", "dev-2", "dev.1", "dev1", "m1a9", "m1a10", "M2", "m02", "m2", "m10"],
  ]);
});

test("the order is that of Unicode's collation, which the Go program's users see", () => {
  const pieces = ["a", "B", "z", "-", ".", "1", "09", "10", "200"];
  const names = pieces.flatMap((a) => pieces.flatMap((b) => pieces.map((c) => `x${a}${b}${c}`)));
  const { compare } = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const expected = [...names].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  expect(sorted([...names].reverse())).toEqual(expected);
});
