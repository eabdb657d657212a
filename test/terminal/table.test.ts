import { expect, it } from "vitest";
import { formatTable } from "../../src/terminal/table.js";

const columns = [
  { title: "NAME", cell: (row: readonly string[]) => row[0] ?? "" },
  { title: "URL", cell: (row: readonly string[]) => row[1] ?? "" },
];

it("prints the titles of an empty table", () => {
  expect(formatTable(columns, [])).toBe("NAME   URL\n");
});

it("makes columns as wide as their widest cell and three spaces, and pads all but the last", () => {
  expect(
    formatTable(columns, [
      ["development", "tcp://x"],
      ["d", ""],
    ]),
  ).toBe("NAME          URL\ndevelopment   tcp://x\nd             \n");
});

it("puts cells with line breaks on one line", () => {
  expect(formatTable(columns, [["a", "one\ntwo"]])).toBe("NAME   URL\na      one two\n");
});
