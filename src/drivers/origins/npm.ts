import { join } from "node:path";
import { inspectTarball } from "../archive/package-tarball.js";
import { formatSource, type NpmSource } from "../source/source.js";
import { type Origin, passedOver } from "./origin.js";

/** A package of the registry that .npmrc names for it. */
export const resolveNpm: Origin<NpmSource> = async (source, { npm, scratch, fits, wishes, log }) => {
  const found = await npm.find(source.package, source.range ?? "latest", { fits });
  const facts = await npm.facts(source.package, found, wishes.allowUnverified === true ? (problem) => log.warn(problem) : undefined);
  return {
    kind: "package",
    manifest: found.manifest,
    ...(found.passedOver === undefined ? {} : { passedOver: passedOver(found.passedOver) }),
    ...(found.integrity === undefined ? {} : { integrity: found.integrity }),
    facts,
    fetch: async () => {
      const file = join(scratch, "package.tgz");
      await npm.download(found.address, file, found.integrity);
      return inspectTarball(file, formatSource(source));
    },
  };
};
