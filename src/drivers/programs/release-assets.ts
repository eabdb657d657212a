import { namesPlatform, PROGRAM_PREFIX, type ProgramAssetName, type ProgramPlatform, parseAssetName } from "./asset-names.js";
import { emulatesX64 } from "./executable-header.js";

/** The choice among a release's assets of the program for one computer. */
export type ProgramChoice =
  | ChosenProgram
  /** There are programs, but none for this computer; or none at all. */
  | { readonly kind: "none"; readonly programs: readonly string[] }
  /** Several would do as well as each other, and which one is right can't be told. */
  | { readonly kind: "ambiguous"; readonly programs: readonly string[] };

/** The asset with the program for one computer. */
export interface ChosenProgram {
  readonly kind: "chosen";
  readonly asset: string;
  readonly name: ProgramAssetName;
  /** It is built for another architecture, which this computer's system emulates. */
  readonly isEmulated: boolean;
}

/** What decides among programs. */
export interface ChoiceOptions {
  readonly platform: ProgramPlatform;
  /** The repository's own name, without its owner: it tells which driver is meant where a release has several. */
  readonly repository: string;
  /** The C library of this computer. Default: `gnu`. */
  readonly libc?: "gnu" | "musl";
}

interface RatedAsset {
  readonly asset: string;
  readonly name: ProgramAssetName;
  readonly fit: number;
}

/** How well a name fits, from the surest on. What it doesn't tell, the program's own header tells once it is there. */
const FIT = { exact: 5, system: 4, architecture: 3, untold: 2, emulated: 1, none: 0 } as const;
/** Old programs without an architecture in their names are for this one. */
const USUAL_ARCHITECTURE = "x64";
/** Which packing is taken where a program comes in several. */
const FORMAT_ORDER = ["tar.gz", "zip", "xz", "gz", "tar.xz", "tar", "plain"] as const;

/** Chooses a release's program for one computer by the assets' names. */
export function chooseProgram(assets: readonly string[], options: ChoiceOptions): ProgramChoice {
  const all = assets.flatMap((asset) => {
    const name = parseAssetName(asset);
    return name === undefined ? [] : [{ asset, name, fit: fitOf(name, options.platform) }];
  });
  const fitting = ofOneDriver(
    all.filter(({ fit, name }) => fit > FIT.none && fitsLibc(name, options)),
    options.repository,
  );
  const best = withBestLibc(
    fitting.filter(({ fit }) => fit === Math.max(...fitting.map((each) => each.fit))),
    options,
  );
  const contents = new Set(best.map(({ name: { format: _, ...content } }) => JSON.stringify(content)));
  if (contents.size > 1) return { kind: "ambiguous", programs: best.map(({ asset }) => asset).sort() };
  const [chosen] = best.sort((a, b) => FORMAT_ORDER.indexOf(a.name.format) - FORMAT_ORDER.indexOf(b.name.format));
  if (chosen === undefined) return { kind: "none", programs: all.map(({ asset }) => asset).sort() };
  return { kind: "chosen", asset: chosen.asset, name: chosen.name, isEmulated: chosen.fit === FIT.emulated };
}

/**
 * The assets that may be packages as `npm pack` makes them, the likeliest first. Only what is in them tells: Go plugins are packed as .tgz, too.
 */
export function packageTarballs(assets: readonly string[]): readonly string[] {
  const likely = (asset: string) => asset.includes(PROGRAM_PREFIX);
  return assets
    .filter((asset) => /\.tgz$/i.test(asset) && !namesPlatform(asset) && !/(?:^|[-_.])(?:src|source|sources)(?=[-_.])/i.test(asset))
    .sort((a, b) => Number(likely(b)) - Number(likely(a)) || (a < b ? -1 : 1));
}

function fitOf({ os, arch }: ProgramAssetName, platform: ProgramPlatform): number {
  // A name with only an architecture is that of a driver for Rancher, which runs on Linux.
  const system = os ?? (arch === undefined ? platform.os : "linux");
  if (system !== platform.os) return FIT.none;
  if (arch === undefined) return os !== undefined && platform.arch === USUAL_ARCHITECTURE ? FIT.system : FIT.untold;
  if (arch === platform.arch || arch === "any") return os === undefined ? FIT.architecture : FIT.exact;
  return arch === "x64" && emulatesX64(platform) ? FIT.emulated : FIT.none;
}

function fitsLibc({ libc }: ProgramAssetName, { platform, libc: own = "gnu" }: ChoiceOptions): boolean {
  return platform.os !== "linux" || libc === undefined || libc === own;
}

/** A program for this computer's C library, if there is one, else that which names none, which Go links statically. */
function withBestLibc(assets: readonly RatedAsset[], { libc = "gnu" }: ChoiceOptions): RatedAsset[] {
  const named = assets.filter(({ name }) => name.libc === libc);
  const plain = assets.filter(({ name }) => name.libc === undefined && name.distribution === undefined);
  return [named, plain].find((each) => each.length > 0) ?? [...assets];
}

function ofOneDriver(assets: readonly RatedAsset[], repository: string): readonly RatedAsset[] {
  const wanted = repository.toLowerCase().replace(PROGRAM_PREFIX, "");
  const named = assets.filter(({ name }) => name.driver === wanted);
  return named.length > 0 ? named : assets;
}
