import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { Release } from "../git-hosts/git-host-api.js";
import type { ProgramPlatform } from "../programs/asset-names.js";
import { readExecutableHeader, runsOn } from "../programs/executable-header.js";
import { takeProgram, type UnpackedProgram } from "../programs/program-archive.js";
import { checkProgramName, listed } from "../programs/program-errors.js";
import { type ChosenProgram, chooseProgram, type ProgramChoice } from "../programs/release-assets.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";
import { versionOfTag } from "./choose-release.js";
import type { OriginContext, ResolvedProgram } from "./origin.js";
import { integrityOf, type ReleaseFiles, type Vouchers } from "./release-files.js";

/** A release in which a program is looked for. */
export interface ProgramRelease {
  readonly source: GitSource;
  readonly release: Release;
  readonly files: ReleaseFiles;
  /** A private folder for this release alone. */
  readonly scratch: string;
}

/** Chooses the program for this computer among a release's assets, by their names. */
export function chooseForThisComputer(source: GitSource, assets: readonly string[]): ProgramChoice {
  const repository =
    source.path
      .replace(/\.git$/, "")
      .split("/")
      .at(-1) ?? "";
  return chooseProgram(assets, { platform: thisComputer(), repository, libc: ownLibc(assets) });
}

/**
 * Prepares a release's program: its checksum is known, and it has a name. It is downloaded when it is fetched; earlier only if nothing else tells its name or hash.
 *
 * @throws {MachineError} `PROGRAM_UNVERIFIED`, `PROGRAM_NAME_INVALID`, `DRIVER_NAME_RESERVED`, `SOURCE_INTEGRITY`
 */
export async function resolveProgram(
  chosen: ChosenProgram,
  found: ProgramRelease,
  { wishes, log }: Pick<OriginContext, "wishes" | "log">,
): Promise<ResolvedProgram> {
  const { asset, name } = chosen;
  const { release, files, source } = found;
  const subject = files.describe(asset);
  const vouchers = await files.vouchersOf(asset);
  const [voucher] = vouchers.all;
  if (voucher === undefined && wishes.allowUnverified !== true) throw unverified(subject, source, vouchers);
  let unpacked: Promise<UnpackedProgram> | undefined;
  const program = () => {
    unpacked ??= unpack(found, chosen, vouchers);
    return unpacked;
  };
  const driver = name.driver === "" ? (await program()).driver : name.driver;
  const integrity = integrityOf(vouchers.all) ?? (await files.fetch(asset, vouchers)).integrity;
  const version = versionFor(release.tag);
  return {
    kind: "program",
    name: checkProgramName(driver, subject),
    version,
    tag: release.tag,
    integrity,
    facts: files.factsOf(asset, vouchers),
    fetchProgram: async () => {
      for (const line of remarks(chosen, { subject, tag: release.tag, version })) log.info(line);
      if (voucher === undefined)
        log.warn(`${subject} is held against nothing, since nothing vouches for it (--allow-unverified). Its hash is ${integrity}.`);
      else log.debug(`${subject} is held against what ${vouchers.all.map(({ teller }) => teller).join(" and ")} says.`);
      return (await program()).file;
    },
  };
}

/** What a user should know of a program that is installed. */
function remarks(
  { isEmulated }: ChosenProgram,
  { subject, tag, version }: { readonly subject: string; readonly tag: string; readonly version: string },
): string[] {
  const isSemver = versionOfTag(tag)?.isSemver === true;
  return [
    ...(isSemver ? [] : [`The tag of ${subject} is not a semver version: it counts as ${version}.`]),
    ...(isEmulated ? [`${subject} is for another kind of processor, which this computer's system emulates.`] : []),
  ];
}

/** A tag without a version gets one that is older than any, with the tag in it. */
function versionFor(tag: string): string {
  const text = tag.replace(/[^0-9A-Za-z-]+/g, "-").replace(/^-+|-+$/g, "");
  return versionOfTag(tag)?.version ?? `0.0.0-${text.slice(0, 60) || "untold"}`;
}

async function unpack({ files, scratch }: ProgramRelease, { asset, name }: ChosenProgram, vouchers: Vouchers): Promise<UnpackedProgram> {
  const subject = files.describe(asset);
  const { file } = await files.fetch(asset, vouchers);
  const program = await takeProgram({ file, subject, format: name.format, driver: name.driver, scratch: join(scratch, "program") });
  const header = await readExecutableHeader(program.file);
  const { os, arch } = thisComputer();
  if (header !== undefined && runsOn(header, { os, arch })) return program;
  const what = header === undefined ? "is no program" : `is a program for ${header.os} on ${header.arch}`;
  throw new MachineError(
    "PROGRAM_UNFIT",
    `${subject} can't be used as a driver: what is in it ${what}, and this computer has ${os} on ${arch}.`,
    {
      suggestions: [`The release has: ${listed(files.names)}`, "Tell the driver's author, or build it for this computer."],
    },
  );
}

function thisComputer(): ProgramPlatform {
  return { os: process.platform, arch: process.arch };
}

/** Node's report tells it, which takes a while, so only where it matters. */
function ownLibc(assets: readonly string[]): "gnu" | "musl" {
  if (process.platform !== "linux" || !assets.some((asset) => /musl/i.test(asset))) return "gnu";
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? "musl" : "gnu";
}

function unverified(subject: string, source: GitSource, { unusable }: Vouchers): MachineError {
  const found = unusable.length === 0 ? "the release has no file of checksums, and its host tells no digest" : unusable.join("; ");
  return new MachineError("PROGRAM_UNVERIFIED", `${subject} was refused: nothing vouches for its content (${found}).`, {
    suggestions: [
      `To take it as it comes: docker-machine driver install --allow-unverified ${formatSource(source)}`,
      "For its author: add a file SHA256SUMS to the release.",
    ],
  });
}
