/** The records of a `VBoxManage list …`: lines of `Key:   value`. A record begins at each line with the first key, since blank lines stand inside of records, too. */
export function parseRecords(text: string, firstKey: string): ReadonlyMap<string, string>[] {
  const records: Map<string, string>[] = [];
  for (const line of text.split(/\r?\n/)) {
    // Indented lines belong to a field that is itself a list, such as a DHCP server's options.
    const [, key, value = ""] = /^(\S[^:]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (key === firstKey) records.push(new Map());
    const record = records.at(-1);
    if (record !== undefined && !record.has(key)) record.set(key, value);
  }
  return records;
}
