/** A time span for a person to read, such as `0.4s`, `12s` or `1m 05s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 10) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)}s`;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}
