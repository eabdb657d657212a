import { resolveFolder } from "./origins/folder.js";
import { resolveNpm } from "./origins/npm.js";
import type { OriginContext, ResolvedDriver } from "./origins/origin.js";
import { resolveRepository } from "./origins/repository.js";
import { resolveTarballFile, resolveTarballUrl } from "./origins/tarball.js";
import { packageOfName } from "./package-of-name.js";
import type { DriverSource } from "./source/source.js";

/** Finds the version that a source means, and reads its package.json; nothing of it is unpacked. */
export async function resolveSource(source: DriverSource, context: OriginContext): Promise<ResolvedDriver> {
  switch (source.kind) {
    case "name":
      return resolveNpm({ kind: "npm", package: packageOfName(source.name) }, context);
    case "npm":
      return resolveNpm(source, context);
    case "git":
      return resolveRepository(source, context);
    case "tarball-url":
      return resolveTarballUrl(source, context);
    case "tarball-file":
      return resolveTarballFile(source, context);
    case "folder":
      return resolveFolder(source);
  }
}
