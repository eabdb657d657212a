/** A computer as a program is built for it, in Node's words. */
export interface ProgramPlatform {
  readonly os: string;
  readonly arch: string;
}

/** How a program is packed. */
export type ProgramFormat = "plain" | "tar" | "tar.gz" | "tar.xz" | "zip" | "gz" | "xz";

/** What the name of a release's asset tells of the program in it. What a name doesn't tell is absent. */
export interface ProgramAssetName {
  /** The driver's name, as in `docker-machine-driver-NAME`. Empty if a version or platform follows at once, so that only the program inside has the name. */
  readonly driver: string;
  /** In Node's words; `other` for one that Node doesn't run on. */
  readonly os?: string;
  /** In Node's words; `any` for a program that holds several; `other` for one that Node doesn't run on. */
  readonly arch?: string;
  readonly libc?: "gnu" | "musl";
  /** The distribution it was built for, as `ubuntu16.04`. */
  readonly distribution?: string;
  readonly format: ProgramFormat;
}

/** What programs of Go plugins, and assets with them, are called first. */
export const PROGRAM_PREFIX = "docker-machine-driver-";

const FORMATS: readonly (readonly [ending: RegExp, format: ProgramFormat])[] = [
  [/\.tar\.gz$|\.tgz$/i, "tar.gz"],
  [/\.tar\.xz$|\.txz$/i, "tar.xz"],
  [/\.tar$/i, "tar"],
  [/\.zip$/i, "zip"],
  [/\.gz$/i, "gz"],
  [/\.xz$/i, "xz"],
];
/** Files that accompany programs, and packages of system installers. */
const NO_PROGRAM =
  /\.(?:md5|sha\d+|sha\d+sum|sum|asc|sig|sigstore|minisig|pem|crt|pub|cert|json|jsonl|ya?ml|toml|txt|md|rst|html|sbom|spdx|js|deb|rpm|apk|pkg|msi|dmg|snap|flatpak|bz2|tbz2?|zst|7z|rar|jar|whl|patch|diff|iso|rb)$|checksums?$|sums?$/i;
const SOURCES = /(?:^|[-_.])(?:src|sources?|vendor(?:ed)?|docs?|ui)(?=$|[-_.])/i;

const OPERATING_SYSTEMS: Readonly<Record<string, RegExp>> = {
  linux: /^linux(?:32|64)?$/,
  darwin: /^(?:darwin|mac|macos|macosx|osx)(?:64)?$/,
  win32: /^(?:windows|win)(?:32|64)?$/,
  freebsd: /^freebsd(?:64)?$/,
  other: /^(?:openbsd|netbsd|dragonfly|solaris|illumos|plan9|js|android|aix)$/,
};
const ARCHITECTURES: Readonly<Record<string, RegExp>> = {
  x64: /^(?:amd64(?:v1)?|x64|64bit|(?:linux|darwin|win|windows|freebsd|mac|osx)64)$/,
  arm64: /^(?:arm64|aarch64|armv8|arm64v8)$/,
  ia32: /^(?:386|i[3-6]86|x86|32bit|ia32|(?:linux|win|windows)32)$/,
  arm: /^(?:arm|armhf|armel|armv[5-7]l?|arm32v[5-7]|arm[5-7])$/,
  any: /^(?:universal2?|all|fat)$/,
  ppc64: /^ppc64(?:le)?$/,
  s390x: /^s390x$/,
  riscv64: /^riscv64$/,
  other: /^(?:amd64v[2-4]|mips\w*|loong64|wasm)$/,
};
const DISTRIBUTION = /^(?:alpine|centos|debian|fedora|opensuse|rhel|ubuntu|sles|rocky)\d*(?:\.\d+)*$/;
/** Between words; a dot between digits belongs to a version. */
const SEPARATOR = /[-_]|\.(?!\d)|(?<!\d)\./g;
const VERSION = /^v?\d+(?:\.\d+)*(?:(?:alpha|beta|rc|pre)\.?\d*)?$/;

/** Reads the name of a release's asset. Absent if it can't be a Go plugin's program. */
export function parseAssetName(name: string): ProgramAssetName | undefined {
  if (!name.toLowerCase().startsWith(PROGRAM_PREFIX) || NO_PROGRAM.test(name)) return undefined;
  const [ending, format] = FORMATS.find(([each]) => each.test(name)) ?? [/$/, "plain" as const];
  const packed = name.slice(PROGRAM_PREFIX.length).replace(ending, "");
  const bare = packed.replace(/\.exe$/i, "");
  if (SOURCES.test(bare)) return undefined;
  const { driver, words } = splitName(bare);
  const os = find(words, OPERATING_SYSTEMS) ?? (words.some((word) => DISTRIBUTION.test(word)) ? "linux" : undefined);
  const system = packed === bare ? os : "win32";
  const arch = find(words, ARCHITECTURES);
  const libc = words.includes("musl") ? "musl" : words.some((word) => /^(?:gnu|glibc)$/.test(word)) ? "gnu" : undefined;
  const distribution = words.find((word) => DISTRIBUTION.test(word));
  return {
    driver,
    ...(system === undefined ? {} : { os: system }),
    ...(arch === undefined ? {} : { arch }),
    ...(libc === undefined ? {} : { libc }),
    ...(distribution === undefined ? {} : { distribution }),
    format,
  };
}

/** Whether the name of a file says which computer it is for: then it is no npm package. */
export function namesPlatform(name: string): boolean {
  const words = withoutSeparators(name).toLowerCase().split(SEPARATOR);
  return find(words, OPERATING_SYSTEMS) !== undefined || find(words, ARCHITECTURES) !== undefined;
}

/** The driver's name reaches to the first word that tells a version or a platform. It may have dashes and digits itself, as `proxmox-ve` and `kvm2`. */
function splitName(text: string): { readonly driver: string; readonly words: readonly string[] } {
  const normal = withoutSeparators(text).toLowerCase();
  const starts = [0, ...[...normal.matchAll(SEPARATOR)].map(({ index }) => index + 1)];
  const words = normal.split(SEPARATOR);
  const first = words.findIndex((word) => isPlatformWord(word) || VERSION.test(word));
  if (first < 0) return { driver: normal, words: [] };
  return { driver: normal.slice(0, Math.max(0, (starts[first] ?? 0) - 1)), words: words.slice(first) };
}

/** Spellings with a separator inside a word. */
function withoutSeparators(text: string): string {
  return text
    .replace(/x86[-_]64/gi, "amd64")
    .replace(/amd64[-_]?(v[1-4])(?=$|[-_.])/gi, "amd64$1")
    .replace(/(64|32)[-_]bit/gi, "$1bit");
}

function isPlatformWord(word: string): boolean {
  return find([word], OPERATING_SYSTEMS) !== undefined || find([word], ARCHITECTURES) !== undefined || DISTRIBUTION.test(word);
}

function find(words: readonly string[], names: Readonly<Record<string, RegExp>>): string | undefined {
  return Object.entries(names).find(([, spelling]) => words.some((word) => spelling.test(word)))?.[0];
}
