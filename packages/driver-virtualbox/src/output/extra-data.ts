/** Reads `VBoxManage getextradata … enumerate`: lines of `Key: k, Value: v`. */
export function parseExtraData(text: string): ReadonlyMap<string, string> {
  const entries = text.split(/\r?\n/).map((line) => /^Key: (.*?), Value: (.*)$/.exec(line));
  return new Map(entries.flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const])));
}
