import { parseSource } from "../source/source.js";

/** The file that a source names, if it is a bundle. Anything else is for {@link Drivers.install}, and for its errors. */
export async function bundleOf(typed: string, cwd: string): Promise<string | undefined> {
  const source = parseSource(typed, cwd);
  if (source.kind !== "tarball-file") return undefined;
  const { isBundle } = await import("./read-bundle.js");
  return (await isBundle(source.path)) ? source.path : undefined;
}
