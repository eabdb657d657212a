const GAP = 3;
const MINIMUM_WIDTH = 5;

/**
 * Text with its tabs replaced by columns, as the Go program has it: what stands before a tab is a cell, a column goes over all neighbouring lines that have a cell there,
 * and is at least five characters wide, with three between it and the next.
 */
export function alignTabs(text: string): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const widths = lines.map(() => [] as number[]);
  const columns = Math.max(...lines.map((cells) => cells.length - 1));
  for (let column = 0; column < columns; column++) {
    for (const { start, end } of runsWith(lines, column)) {
      const width = Math.max(MINIMUM_WIDTH, ...lines.slice(start, end).map((cells) => lengthOf(cells[column]) + GAP));
      for (let line = start; line < end; line++) widths[line]?.push(width);
    }
  }
  return lines.map((cells, line) => cells.map((cell, column) => filled(cell, widths[line]?.[column])).join("")).join("\n");
}

/** Neighbouring lines with a tab behind their cell of this column. */
function runsWith(lines: readonly (readonly string[])[], column: number): { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const [index, cells] of lines.entries()) {
    if (cells.length - 1 <= column) continue;
    const last = runs.at(-1);
    if (last?.end === index) last.end++;
    else runs.push({ start: index, end: index + 1 });
  }
  return runs;
}

function filled(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + " ".repeat(width - lengthOf(cell));
}

function lengthOf(cell = ""): number {
  return [...cell].length;
}
