/** A row of help: a name, and what it is. */
export type Row = readonly [name: string, text: string];

const INDENT = 2;
const GAP = 2;
/** A longer name has its text below it. */
const WIDEST_NAME = 34;

/** A section of help: its title, and lines that are indented and broken at `width` columns. */
export function textSection(title: string, text: string, width: number): string {
  const lines = text.split("\n").flatMap((line) => wrap(line, width - INDENT));
  return [title, ...lines.map((line) => indented(line, INDENT))].join("\n");
}

/** A section of help with names on the left and texts on the right, broken at `width` columns. Empty without rows. */
export function rowSection(title: string, rows: readonly Row[], width: number): string {
  if (rows.length === 0) return "";
  const longest = Math.max(...rows.map(([name]) => (name.length > WIDEST_NAME ? 0 : name.length)));
  const column = INDENT + longest + GAP;
  return [title, ...rows.flatMap((row) => rowLines(row, column, width))].join("\n");
}

function rowLines([name, text]: Row, column: number, width: number): string[] {
  const [first = "", ...rest] = wrap(text, width - column).map((line) => indented(line, column));
  const left = indented(name, INDENT);
  const isBelow = left.length + GAP > column && first !== "";
  return isBelow ? [left, first, ...rest] : [`${left.padEnd(column)}${first.slice(column)}`.trimEnd(), ...rest];
}

function indented(line: string, columns: number): string {
  return line === "" ? "" : `${" ".repeat(columns)}${line}`;
}

/** Breaks a line between words. A word that is too long stays whole, so that it can be copied. */
function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
