const UNITS = ["kB", "MB", "GB", "TB"];

/** A number of bytes as people read it: `333 MB`. Units are powers of 1000. */
export function shownSize(bytes: number): string {
  let value = bytes;
  let unit = "bytes";
  for (const next of UNITS) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 10 && unit !== "bytes" ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
