import type { PackageFiles } from "../../support/driver-package.js";
import { gzipParts, longPathEntry, TAR_END, tarEntry, tarHead } from "../../support/tar-stream.js";

/** A tarball that must not be unpacked. */
export interface HostileTarball {
  readonly name: string;
  /** Makes it, out of a package's files. `outside` is a folder above the one it may be unpacked to. */
  readonly make: (files: PackageFiles, outside: string) => Buffer;
  readonly code: string;
  /** What the message says. */
  readonly says: RegExp;
}

const MIB = 1024 * 1024;
const ZEROS = Buffer.alloc(MIB);

/** The entries of a package, with others in front or behind. */
function archive(
  files: PackageFiles,
  { before = [], after = [] }: { before?: readonly Buffer[]; after?: Parameters<typeof gzipParts>[0] },
): Buffer {
  const plain = Object.entries(files).map(([path, content]) => tarEntry({ path: `package/${path}` }, content));
  return gzipParts([Buffer.concat([...before, ...plain]), ...after, TAR_END]);
}

function withEntry(name: string, head: (outside: string) => Parameters<typeof tarHead>[0], says: RegExp): HostileTarball {
  const make = (files: PackageFiles, outside: string) => archive(files, { after: [tarHead(head(outside))] });
  return { name, make, code: "DRIVER_TARBALL_UNSAFE", says };
}

/** Entries that lead out, or are no files. */
const unsafe: readonly HostileTarball[] = [
  withEntry(
    "a symbolic link out",
    () => ({ path: "package/a", type: "SymbolicLink", linkpath: "/etc/passwd" }),
    /"package\/a" is a link to "\/etc\/passwd"/,
  ),
  withEntry("a symbolic link inside", () => ({ path: "package/a", type: "SymbolicLink", linkpath: "index.js" }), /is a link to "index.js"/),
  withEntry("a hard link out", () => ({ path: "package/a", type: "Link", linkpath: "../../../x" }), /is a link/),
  withEntry("a hard link inside", () => ({ path: "package/a", type: "Link", linkpath: "package/index.js" }), /is a link/),
  withEntry("a character device", () => ({ path: "package/a", type: "CharacterDevice" }), /is a CharacterDevice, not a file/),
  withEntry("a block device", () => ({ path: "package/a", type: "BlockDevice" }), /is a BlockDevice, not a file/),
  withEntry("a pipe", () => ({ path: "package/a", type: "FIFO" }), /is a FIFO, not a file/),
  withEntry("an absolute path", (outside) => ({ path: `${outside}/escaped` }), /has an absolute path/),
  withEntry("a Windows path with a drive", () => ({ path: "C:\\escaped" }), /has an absolute path/),
  withEntry("a drive without a slash", () => ({ path: "c:escaped" }), /has an absolute path/),
  withEntry("a share", () => ({ path: "\\\\host\\share\\escaped" }), /has an absolute path/),
  withEntry("..", () => ({ path: "package/../../escaped" }), /leads out of its folder/),
  withEntry(".. in front", () => ({ path: "../../../../escaped" }), /leads out of its folder/),
  withEntry(".. at the end", () => ({ path: "package/x/..", type: "Directory" }), /leads out of its folder/),
  withEntry("..\\", () => ({ path: "package\\..\\..\\..\\escaped" }), /leads out of its folder/),
  {
    name: "a folder that becomes a link",
    make: (files, outside) =>
      archive(files, {
        after: [tarHead({ path: "package/lib", type: "SymbolicLink", linkpath: outside }), tarEntry({ path: "package/lib/escaped" }, "1")],
      }),
    code: "DRIVER_TARBALL_UNSAFE",
    says: /"package\/lib" is a link/,
  },
];

/** More than any driver has reason to be. */
const large: readonly HostileTarball[] = [
  {
    name: "a gigabyte of zeros in one file",
    make: (files) => archive(files, { after: [tarHead({ path: "package/zeros", size: 1024 * MIB }), { part: ZEROS, times: 1024 }] }),
    code: "DRIVER_TOO_LARGE",
    says: /"package\/zeros" has more than 256 MiB/,
  },
  {
    name: "a gigabyte of zeros in many files",
    make: (files) =>
      archive(files, {
        after: Array.from({ length: 1024 }, (_, index) => [tarHead({ path: `package/${index}`, size: MIB }), ZEROS]).flat(),
      }),
    code: "DRIVER_TOO_LARGE",
    says: /unpacks to more than 200 times its size/,
  },
  {
    name: "a gigabyte of zeros behind its end",
    make: (files) => archive(files, { after: [TAR_END, { part: ZEROS, times: 1024 }] }),
    code: "DRIVER_TOO_LARGE",
    says: /goes on after the archive's end/,
  },
  {
    name: "a million entries",
    make: (files) => archive(files, { after: [Buffer.concat(headsOf(60_000)), { part: Buffer.concat(headsOf(10_000)), times: 94 }] }),
    code: "DRIVER_TOO_LARGE",
    says: /more than 50000 entries/,
  },
  {
    name: "a million folders",
    make: (files) => archive(files, { after: [{ part: Buffer.concat(headsOf(10_000, "Directory")), times: 100 }] }),
    code: "DRIVER_TOO_LARGE",
    says: /more than 50000 entries/,
  },
  {
    name: "a path of 100 kB",
    make: (files) => archive(files, { after: [longPathEntry(`package/${"x".repeat(100_000)}`)] }),
    code: "DRIVER_TOO_LARGE",
    says: /path has more than 1024 bytes/,
  },
  {
    name: "a path 500 folders deep",
    make: (files) => archive(files, { after: [longPathEntry(`package/${"x/".repeat(500)}x`)] }),
    code: "DRIVER_TOO_LARGE",
    says: /more than 64 folders deep/,
  },
];

/** What two readers could read in two ways. */
const ambiguous: readonly HostileTarball[] = [
  {
    name: "a second index.js",
    make: (files) => archive(files, { after: [tarEntry({ path: "package/./index.js" }, "1")] }),
    code: "DRIVER_TARBALL_UNSAFE",
    says: /"package\/.\/index.js" is in it twice/,
  },
  {
    name: "two files called package.json",
    make: (files) => archive(files, { before: [tarEntry({ path: "package/package.json" }, otherManifest(files))] }),
    code: "DRIVER_TARBALL_UNSAFE",
    says: /"package\/package.json" is in it twice/,
  },
  {
    name: "two top folders, each with a package.json",
    make: (files) => archive(files, { before: [tarEntry({ path: "other/package.json" }, otherManifest(files))] }),
    code: "DRIVER_TARBALL_UNSAFE",
    says: /"package\/package.json" is in it twice/,
  },
  {
    name: "an archive packed twice",
    make: (files) => gzipParts([archive(files, {})]),
    code: "DRIVER_TARBALL_INVALID",
    says: /can't be unpacked/,
  },
];

/** All of them. */
export const HOSTILE_TARBALLS: readonly HostileTarball[] = [...unsafe, ...large, ...ambiguous];
/** Those whose reading must take little memory. */
export const BOMBS: readonly HostileTarball[] = large.slice(0, 4);

function headsOf(count: number, type = "File"): Buffer[] {
  return Array.from({ length: count }, (_, index) => tarHead({ path: `package/${index}`, type }));
}

function otherManifest(files: PackageFiles): string {
  return JSON.stringify({ ...JSON.parse(files["package.json"] ?? ""), version: "3.0.0" });
}
