/** The parts of one of QEMU's options; those that are `undefined` are left out. */
export type OptionParts = Readonly<Record<string, string | number | undefined>>;

/**
 * One of QEMU's option values: `user,id=net0`. Commas in values are doubled, as QEMU's manual asks for ("-drive"…: "use double comma"), so a path may hold any.
 *
 * @param kind what comes first, without a name: the driver of a device, the type of a network
 */
export function optionText(kind: string, parts: OptionParts = {}): string {
  const named = Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escaped(String(value))}`]));
  return [...(kind === "" ? [] : [escaped(kind)]), ...named].join(",");
}

function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
