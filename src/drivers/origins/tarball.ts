import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { inspectTarball } from "../archive/package-tarball.js";
import { parseManifestText } from "../manifest.js";
import { formatSource, type TarballFileSource } from "../source/source.js";
import type { TarballUrlSource } from "../source/url-source.js";
import type { Origin, ResolvedPackage } from "./origin.js";

/** A packed package at an address. Its package.json is inside, so it is downloaded first. */
export const resolveTarballUrl: Origin<TarballUrlSource> = async (source, { npm, scratch }) => {
  const file = join(scratch, "package.tgz");
  await npm.download(source.url, file);
  return packed(file, formatSource(source));
};

/** A packed package on this computer. It is copied, so that what is checked is what is unpacked. */
export const resolveTarballFile: Origin<TarballFileSource> = async (source, { scratch }) => {
  const file = join(scratch, "package.tgz");
  try {
    await copyFile(source.path, file);
  } catch (error) {
    const problem = hasCode(error, "ENOENT") ? "there is no such file" : messageOf(error);
    throw new MachineError("SOURCE_NOT_FOUND", `The driver ${source.path} can't be read: ${problem}.`, {
      cause: error,
      suggestions: ["Check the path."],
    });
  }
  return packed(file, formatSource(source));
};

async function packed(file: string, source: string): Promise<ResolvedPackage> {
  const { isBundle } = await import("../bundle/read-bundle.js");
  if (await isBundle(file)) throw isNoPackage(source);
  const hash = createHash("sha512");
  await pipeline(createReadStream(file), hash);
  const tarball = await inspectTarball(file, source);
  return {
    kind: "package",
    manifest: parseManifestText(tarball.manifestText, { source }),
    integrity: `sha512-${hash.digest("base64")}`,
    fetch: async () => tarball,
  };
}

function isNoPackage(source: string): MachineError {
  const isAddress = /^https?:/.test(source);
  return new MachineError("DRIVER_NOT_A_DRIVER", `${source} is a bundle of drivers, not one driver's package.`, {
    suggestions: [isAddress ? "Download it, then: docker-machine driver install ./FILE.tgz" : `docker-machine driver install ${source}`],
  });
}
