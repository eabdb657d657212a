// Bundles src/ and the libraries that a quick start needs into dist/: reading seven hundred small files is most of what oclif's and npm's libraries cost.
// What stays outside: libraries that are used while something slow goes on anyway. The program has the SDK in it; drivers that are installed find the same version of it beside the program
// (docs/decisions/0004).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { bundlePackage, OLDEST_NODE } from "./bundle-packages.ts";
import { hookTypes } from "./hook-types.ts";
import { hotChunk } from "./hot-chunk.ts";
import { inlineRuntime } from "./inline-runtime.ts";
import { isBuiltinModule, isEagerBuiltin, lazyBuiltins } from "./lazy-builtins.ts";
import { leaveOut, plainBuiltins, putOff } from "./lean-libraries.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src");
const output = join(root, "dist");
const OUTSIDE = ["ssh2", "node-forge", "openpgp"];
/** What libraries look for in vain, if it isn't there. */
const OPTIONAL = ["typescript", "ts-node", "tsx", "kerberos"];
const PASSED_ON = "\0passed-on:";
/** The commands that scripts and prompts call all the time. */
const HOT = ["active", "config", "env", "inspect", "ip", "ls", "status", "url"];
/** Modules of src/drivers that every installation of a driver loads, when it comes to them. */
const INSTALLING = [
  "bundle/bundle-of",
  "install",
  "install-gates",
  "install-scripts/find-scripts",
  "official-index/index-gate",
  "project/project",
];

for (const name of readdirSync(join(root, "packages"))) await bundlePackage(join(root, "packages", name));
rmSync(output, { recursive: true, force: true });
const hot = hotChunk(
  [
    join(sources, "main.ts"),
    ...HOT.map((name) => join(sources, "commands", `${name}.ts`)),
    join(root, "packages", "driver-none", "dist", "index.js"),
  ],
  isEagerBuiltin,
);
/** What fetches drivers from registries, with npm's libraries. */
const npmClient = hotChunk(
  ["npm-settings", "npm-registry", "plain-tree"].map((name) => join(sources, "drivers", "npm", `${name}.ts`)),
  isUsedWithoutRegistry,
);
/** What every installation of a driver takes: in thirty files, it would take Node 15 ms longer. What it only takes from registries comes after it. */
const installing = hotChunk(
  ["commands/driver/install", "terminal/tasks", ...INSTALLING.map((name) => `drivers/${name}`)].map((name) => join(sources, `${name}.ts`)),
  isEagerBuiltin,
);
/** tar's library, as far as it is for unpacking. */
const unpacking = hotChunk(
  ["extract", "parse"].map((name) => join(root, "node_modules", "tar", "dist", "esm", `${name}.js`)),
  isBuiltinModule,
);
const bundle = await rolldown({
  cwd: root,
  input: entries(),
  platform: "node",
  transform: { target: OLDEST_NODE },
  preserveEntrySignatures: "allow-extension",
  checks: { ineffectiveDynamicImport: false },
  external: [...OUTSIDE, ...OPTIONAL],
  resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
  plugins: [
    passedOn(),
    lazyBuiltins(sources),
    hot.plugin,
    npmClient.plugin,
    installing.plugin,
    unpacking.plugin,
    plainBuiltins(),
    putOff(),
    leaveOut(),
    asciiOnly(["main", "installing", "npm-client"]),
    inlineRuntime("main"),
  ],
});
const { output: files } = await bundle.write({
  dir: output,
  format: "esm",
  // The sources have them, and all that is in a file is read with it.
  comments: { legal: true, annotation: true, jsdoc: false },
  chunkFileNames: "chunks/[name]-[hash].js",
  banner: ({ moduleIds }) => (moduleIds.some((id) => id.includes("/node_modules/")) ? requireForCommonJs() : ""),
  codeSplitting: {
    groups: [
      hot.group,
      { name: "builtins", test: (id) => isBuiltinModule(id) && !isEagerBuiltin(id) },
      { name: "semver", test: /\/node_modules\/semver\// },
      { ...installing.group, name: "installing" },
      { ...npmClient.group, name: "npm-client" },
      { ...unpacking.group, name: "unpacking" },
    ],
    includeDependenciesRecursively: false,
  },
});
refuseStrayImports(files.filter((file) => file.type === "chunk"));
writeFileSync(join(output, "hooks.d.ts"), hookTypes(join(sources, "hooks.ts")));
writeFileSync(join(output, "THIRD-PARTY-LICENSES"), licenses(files.filter((file) => file.type === "chunk")));

/**
 * Escapes what is not ASCII in chunks that are to be read fast. A single such character makes V8 keep all of the source in two bytes a character, and reading it takes twice as long.
 * An escape means the same in each string, template and regular expression; `String.raw`, where it doesn't, is refused.
 */
function asciiOnly(names: readonly string[]): Plugin {
  return {
    name: "ascii-only",
    renderChunk(code, chunk) {
      if (!names.includes(chunk.name)) return null;
      if (code.includes("String.raw")) throw new Error(`${chunk.name} has String.raw, in which an escape would stay one: see asciiOnly`);
      return code.replace(/[^\0-\x7F]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
    },
  };
}

/** What else is in need of it must not load a megabyte of npm's libraries with it. */
function isUsedWithoutRegistry(id: string): boolean {
  return isBuiltinModule(id) || id.startsWith(join(sources, "drivers", "archive")) || id.includes("/node_modules/semver/");
}

/** Whatever is imported and not bundled must be installed with the program. */
function refuseStrayImports(chunks: readonly OutputChunk[]): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const own = new Set(chunks.map((chunk) => chunk.fileName));
  const isFine = (name: string) => own.has(name) || isBuiltin(name) || OPTIONAL.includes(name);
  const outside = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]).filter((name) => !isFine(name));
  const stray = outside.filter((name) => !Object.keys(dependencies).some((each) => name === each || name.startsWith(`${each}/`)));
  if (stray.length > 0) throw new Error(`Neither bundled nor a dependency: ${stray.join(", ")}`);
}

/** oclif finds a command by its path, so each command has a file of its own, which only passes on what the program loads from elsewhere. */
function entries(): Record<string, string> {
  const commands = readdirSync(join(sources, "commands"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const names = commands.map((name) => `commands/${name.replace(/\.ts$/, "")}`);
  return { main: join(sources, "main.ts"), ...Object.fromEntries(names.map((name) => [name, `${PASSED_ON}${name}`])) };
}

function passedOn(): Plugin {
  return {
    name: "passed-on",
    resolveId: (source) => (source.startsWith(PASSED_ON) ? source : null),
    load(id) {
      if (!id.startsWith(PASSED_ON)) return null;
      return `export { default } from ${JSON.stringify(join(sources, `${id.slice(PASSED_ON.length)}.ts`))};`;
    },
  };
}

/** CommonJS libraries in an ES module still ask for these. */
function requireForCommonJs(): string {
  return [
    'const require = globalThis.process.getBuiltinModule("node:module").createRequire(import.meta.url);',
    "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
  ].join("\n");
}

/** The licenses of the bundled packages, which all ask for a copy beside copies of the code. */
function licenses(chunks: readonly OutputChunk[]): string {
  const folders = new Set(chunks.flatMap((chunk) => chunk.moduleIds.flatMap(packageFolder)));
  return [...folders].sort().map(licenseOf).join("\n\n");
}

function packageFolder(id: string): string[] {
  const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? [];
  return folder === undefined || id.startsWith("\0") ? [] : [folder];
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)/i.test(each));
  const text = file === undefined || !existsSync(join(folder, file)) ? "" : readFileSync(join(folder, file), "utf8").trim();
  return `=== ${name} ${version} (${license})\n\n${text}`;
}
