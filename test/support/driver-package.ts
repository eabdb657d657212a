import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeTarball } from "./tarball.js";

/** The files of a package, by path. */
export type PackageFiles = Readonly<Record<string, string>>;

/** How a test's driver package differs from the plain one. */
export interface DriverPackageOptions {
  readonly name?: string;
  readonly driver?: string;
  readonly version?: string;
  readonly sdkRange?: string;
  /** The text of index.js. */
  readonly code?: string;
  /** Fields that replace those of package.json; `undefined` removes one. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: PackageFiles;
}

/** The files of a driver package that works; its summary is its version. */
export function driverPackage(options: DriverPackageOptions = {}): PackageFiles {
  const { driver = "acme", name = `docker-machine-driver-${driver}`, version = "1.0.0", sdkRange = "^1.0.0" } = options;
  const manifest = {
    name,
    version,
    type: "module",
    exports: "./index.js",
    dockerMachine: { driver },
    peerDependencies: { "@docker-machine/driver-sdk": sdkRange },
    ...options.manifest,
  };
  return {
    "package.json": JSON.stringify(manifest, null, 2),
    "index.js": options.code ?? driverCode(driver, JSON.stringify(version)),
    ...options.files,
  };
}

/** The module of a driver. `summary` is an expression; `head` comes before. */
export function driverCode(driver: string, summary: string, head = ""): string {
  return `import { BaseDriver, defineDriver } from "@docker-machine/driver-sdk";
${head}
class TestDriver extends BaseDriver {
  async create() {}
  async remove() {}
  async status() { return "Running"; }
}
export default defineDriver({ name: "${driver}", summary: String(${summary}), options: {}, createDriver: (machine, host) => new TestDriver(machine, host) });
`;
}

/** Packs files as npm does: under \`package/\`. */
export function packPackage(files: PackageFiles): Buffer {
  return makeTarball(Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content })));
}

/** Writes files into a folder. */
export async function writeFiles(directory: string, files: PackageFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

/** The files of a plain package, which exports its name and version. */
export function plainPackage(name: string, version: string, fields: Readonly<Record<string, unknown>> = {}): PackageFiles {
  return {
    "package.json": JSON.stringify({ name, version, main: "main.js", ...fields }),
    "main.js": `module.exports = ${JSON.stringify(`${name} ${version}`)};`,
  };
}

/** Options of a driver package that depends on the package "dep", whose export is its summary. */
export function dependentDriver(driver: string, range: string): DriverPackageOptions {
  return { driver, code: driverCode(driver, "dep", 'import dep from "dep";'), manifest: { dependencies: { dep: range } } };
}
