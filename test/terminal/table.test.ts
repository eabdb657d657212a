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

it("gives a cell with its padding the style of its column, if there are styles", () => {
  const styled = [
    { title: "NAME", cell: () => "dev", style: () => "green" as const },
    { title: "URL", cell: () => "u" },
  ];
  expect(formatTable(styled, [0], (style, text) => `<${style}>${text}</>`)).toBe("NAME   URL\n<green>dev    </>u\n");
  expect(formatTable(styled, [0])).toBe("NAME   URL\ndev    u\n");
});
