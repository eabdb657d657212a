/** Just one version of a package in a driver's tree. */
export interface DependencyPin {
  /** The package's name, if it isn't the one at the end of its place (an alias). */
  readonly name?: string;
  readonly version: string;
  /** The hash of its tarball. */
  readonly integrity: string;
  /** Whether the driver works without it where it doesn't fit. */
  readonly optional?: true;
  /** Where it runs, as its package.json says: names of Node's, `!` before those that are out. */
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** The packages below a driver by their place in its tree, such as `node_modules/a/node_modules/b`. */
export type DependencyPins = Readonly<Record<string, DependencyPin>>;

/** What a computer runs, in the words of package.json. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** Of Linux alone. */
  readonly libc?: "glibc" | "musl";
}

const NAME = "(?:@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*";
const PLACE = new RegExp(`^node_modules/${NAME}(?:/node_modules/${NAME})*$`);
const PACKAGE = new RegExp(`^${NAME}$`);
const INTEGRITY = /^sha(?:1|256|384|512)-[A-Za-z0-9+/]+={0,2}(?: sha(?:1|256|384|512)-[A-Za-z0-9+/]+={0,2})*$/;
const VERSION = /^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/;
const LIMITS = ["os", "cpu", "libc"] as const;

/** Whether a text is a place in a tree; only such a one may become a path. */
export function isDependencyPlace(place: string): boolean {
  return PLACE.test(place) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(place) && !place.includes("node_modules/node_modules");
}

/** Whether a value from a file is a pin. */
export function isDependencyPin(value: unknown): value is DependencyPin {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const { name, version, integrity, optional } = Object.fromEntries(fields);
  const isList = (list: unknown) => Array.isArray(list) && list.every((each) => typeof each === "string");
  return (
    (name === undefined || (typeof name === "string" && PACKAGE.test(name))) &&
    typeof version === "string" &&
    VERSION.test(version) &&
    typeof integrity === "string" &&
    INTEGRITY.test(integrity) &&
    (optional === undefined || optional === true) &&
    LIMITS.every((limit) => !fields.has(limit) || isList(fields.get(limit)))
  );
}

/** The package's name at a place. */
export function packageAt(place: string, { name }: DependencyPin): string {
  return name ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** The places that are only there on some platforms: those of packages that say where they run. What is below them belongs to them. */
export function platformBoundPlaces(pins: DependencyPins): string[] {
  return Object.entries(pins).flatMap(([place, pin]) => (LIMITS.some((limit) => pin[limit] !== undefined) ? [place] : []));
}

/** Whether a package runs on a platform, by npm's rules. */
export function fitsPlatform(pin: Pick<DependencyPin, "os" | "cpu" | "libc">, { os, cpu, libc }: Platform): boolean {
  return isListed(os, pin.os) && isListed(cpu, pin.cpu) && (libc === undefined ? pin.libc === undefined : isListed(libc, pin.libc));
}

function isListed(value: string, list: readonly string[] | undefined): boolean {
  if (list === undefined || list.length === 0 || (list.length === 1 && list[0] === "any")) return true;
  const wanted = list.filter((each) => !each.startsWith("!"));
  return !list.includes(`!${value}`) && (wanted.length === 0 || wanted.includes(value));
}

/** The platform of this process. */
export function currentPlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  return os === "linux" ? { os, cpu, libc: isGlibc() ? "glibc" : "musl" } : { os, cpu };
}

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/** As it is shown: `linux x64 (glibc)`. */
export function formatPlatform({ os, cpu, libc }: Platform): string {
  return `${os} ${cpu}${libc === undefined ? "" : ` (${libc})`}`;
}
