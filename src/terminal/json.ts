/** The version of what `--json` prints. It grows when a field is removed or changes its meaning; a new field is no change. */
const JSON_VERSION = 1;

/** The one document that a command prints with `--json`: `data` in the envelope that docs/json.md describes. */
export function formatJson(data: object): string {
  return `${JSON.stringify({ version: JSON_VERSION, ...data }, null, 2)}\n`;
}
