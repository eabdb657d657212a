// npm writes into package-lock.json only those optional packages that the registry of the moment has, and `npm ci` then refuses the lockfile
// where others are missing or more are found. This adds what is missing of the packages that exist once a platform: to be run after `npm install`.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const LOCKFILE = "package-lock.json";
const OPERATING_SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "openbsd", "netbsd", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
const C_LIBRARIES: Readonly<Record<string, string>> = { gnu: "glibc", musl: "musl" };

const lockfile: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync(LOCKFILE, "utf8"));
const missing = Object.entries(lockfile.packages).flatMap(missingOptionsOf);
Object.assign(lockfile.packages, Object.fromEntries(missing));
lockfile.packages = Object.fromEntries(Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(LOCKFILE, `${JSON.stringify(lockfile, null, 2)}\n`);
for (const [path, { version }] of missing) console.log(`added ${path} ${version}`);

function missingOptionsOf([path, { dev, optionalDependencies = {} }]: [string, LockedPackage]) {
  return Object.entries(optionalDependencies)
    .filter(([name, version]) => /^\d/.test(version) && !isLocked(path, name))
    .map(([name, version]) => {
      const { os, cpu, libc } = platformOf(name);
      return [`node_modules/${name}`, { version, cpu, ...(dev === true ? { dev } : {}), ...libc, optional: true, os }] as const;
    });
}

/** Whether Node, on its way up from the package at `path`, finds `name`. */
function isLocked(path: string, name: string): boolean {
  const parents = path.split("/node_modules/").map((_, index, parts) => parts.slice(0, index + 1).join("/node_modules/"));
  return ["", ...parents.map((parent) => `${parent}/`)].some((parent) => `${parent}node_modules/${name}` in lockfile.packages);
}

function platformOf(name: string) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OPERATING_SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  const libc = words.map((word) => C_LIBRARIES[word]).find((library) => library !== undefined);
  if (os === undefined || cpu === undefined) throw new Error(`For which platform is ${name}?`);
  return { os: [os], cpu: [cpu], libc: libc === undefined ? {} : { libc: [libc] } };
}
