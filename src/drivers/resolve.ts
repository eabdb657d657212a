import { resolveNpm } from "./origins/npm.js";
import type { OriginContext, ResolvedDriver } from "./origins/origin.js";
import { packageOfName } from "./package-of-name.js";
import type { DriverSource } from "./source/source.js";

/** Finds the version that a source means, and reads its package.json; nothing of it is unpacked. */
export async function resolveSource(source: DriverSource, context: OriginContext): Promise<ResolvedDriver> {
  switch (source.kind) {
    case "name":
      return resolveNpm({ kind: "npm", package: packageOfName(source.name) }, context);
    case "npm":
      return resolveNpm(source, context);
    case "git": {
      const { resolveRepository } = await import("./origins/repository.js");
      return resolveRepository(source, context);
    }
    case "tarball-url": {
      const { resolveTarballUrl } = await import("./origins/tarball.js");
      return resolveTarballUrl(source, context);
    }
    case "tarball-file": {
      const { resolveTarballFile } = await import("./origins/tarball.js");
      return resolveTarballFile(source, context);
    }
    case "folder": {
      const { resolveFolder } = await import("./origins/folder.js");
      return resolveFolder(source);
    }
  }
}
