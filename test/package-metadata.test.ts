import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = [".", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`)];
const cli = manifestOf(".");
const lockfile = readFileSync(join(root, "package-lock.json"), "utf8");
const { packages: locked }: { packages: Readonly<Record<string, PackageManifest>> } = JSON.parse(lockfile);

describe.for(folders)("The package in %s", (folder) => {
  const manifest = manifestOf(folder);

  test("says what it is, in the words of all the others", () => {
    expect(manifest.description).toMatch(/\w/);
    expect(manifest.keywords).toContain("docker-machine");
    expect(manifest).toMatchObject({ type: "module", license: "Apache-2.0", author: cli.author, engines: cli.engines });
    expect(manifest.publishConfig).toEqual({ access: "public" });
    expect(manifest.repository).toEqual(folder === "." ? cli.repository : { ...cli.repository, directory: folder });
  });

  test("carries the license", () => {
    expect(readFileSync(join(root, folder, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  test("publishes only what it lists", () => {
    expect(manifest.files?.length).toBeGreaterThan(0);
    expect(manifest.private).toBeUndefined();
  });

  test("runs no script where it is installed", () => {
    const installScripts = ["preinstall", "install", "postinstall", "prepare"];
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => installScripts.includes(name))).toEqual([]);
  });
});

describe.for(folders.filter((folder) => /driver-(?!sdk)/.test(folder)))("The driver in %s", (folder) => {
  const manifest = manifestOf(folder);

  test("has a manifest that docker-machine accepts", () => {
    const name = folder.replace("packages/driver-", "");
    // The Go program's machines are of the driver "amazonec2".
    expect(manifest.dockerMachine?.driver).toBe(name === "ec2" ? "amazonec2" : name);
    expect(manifest.keywords).toContain("docker-machine-driver");
    expect(manifest.peerDependencies?.["@docker-machine/driver-sdk"]).toMatch(/^\^/);
  });

  test("is built into the CLI, which needs neither it nor its libraries to be installed", () => {
    expect(cli.devDependencies).toHaveProperty([manifest.name]);
    expect(cli.dependencies).not.toHaveProperty([manifest.name]);
  });
});

test("package-lock.json names no registry", () => {
  expect(lockfile).not.toMatch(/"resolved": "https?:/);
});

test("Every package that has an install script is allowed or denied it", () => {
  const scripted = Object.entries(locked).filter(([, entry]) => entry.hasInstallScript === true);
  expect(Object.keys(cli.allowScripts ?? {}).sort()).toEqual([...new Set(scripted.map(([path]) => nameAt(path)))].sort());
});

test("package-lock.json pins the packages of every platform, so that npm ci accepts it on all of them", () => {
  const wanted = Object.values(locked).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  const names = new Set(Object.keys(locked).map(nameAt));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

interface PackageManifest {
  readonly name: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly author?: string;
  readonly repository?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly dockerMachine?: { readonly driver: string };
}

function manifestOf(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/** The name of the package that package-lock.json has at `path`. */
function nameAt(path: string): string {
  return path.replace(/^.*node_modules\//, "");
}
