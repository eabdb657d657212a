import { type Paint, plain, type TextStyle } from "./painter.js";
import { printable } from "./terminal-log.js";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  cell(row: Row): string;
  /** Default: none. */
  style?(row: Row): TextStyle | undefined;
}

const GAP = 3;
const MINIMUM_WIDTH = 5;

/** Rows as text with aligned columns, as the Go program lays them out: at least five wide, three apart, the last one not padded. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint = plain): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => oneLine(column.cell(row))))];
  const widths = columns.map((_, index) => Math.max(MINIMUM_WIDTH, ...cells.map((line) => (line[index] ?? "").length + GAP)));
  const show = (cell: string, index: number, row: Row | undefined) => {
    const style = row === undefined ? undefined : columns[index]?.style?.(row);
    const text = padded(cell, widths, index);
    return style === undefined ? text : paint(style, text);
  };
  return cells.map((line, at) => `${line.map((cell, index) => show(cell, index, rows[at - 1])).join("")}\n`).join("");
}

function padded(cell: string, widths: readonly number[], index: number): string {
  return index === widths.length - 1 ? cell : cell.padEnd(widths[index] ?? 0);
}

function oneLine(text: string): string {
  return printable(text)
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}
