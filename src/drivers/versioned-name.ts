import type { Receipts } from "./receipts.js";
import { findShipped, shippedAlready } from "./shipped.js";
import { type DriverSource, parseSource, withVersion } from "./source/source.js";

/** Where {@link readTyped} looks names up. */
export interface KnownNames {
  /** The folder that `./x` is relative to. */
  readonly cwd: string;
  readonly receipts: Receipts;
  /** What a short name of the official index stands for; any other stands for itself. */
  readonly throughIndex: (source: DriverSource) => Promise<DriverSource>;
}

/**
 * Reads what a user typed for a driver. `NAME@RANGE` means the driver that is installed under that name, else that of the official index, and only then the package of npm that is called so.
 *
 * @throws {MachineError} as `parseSource`; `DRIVER_SHIPPED`; as the index for what was withdrawn
 */
export async function readTyped(typed: string, { cwd, receipts, throughIndex }: KnownNames): Promise<DriverSource> {
  const source = parseSource(typed, cwd);
  const [, name] = /^\s*([a-z][a-z0-9-]*)@/.exec(typed) ?? [];
  if (name === undefined || source.kind !== "npm" || source.range === undefined) return source;
  if (findShipped(name) !== undefined) throw shippedAlready(name);
  const receipt = await receipts.find(name);
  const known = receipt === undefined ? await throughIndex({ kind: "name", name }) : parseSource(receipt.source, "/");
  return known.kind === "name" ? source : withVersion(known, source.range);
}
