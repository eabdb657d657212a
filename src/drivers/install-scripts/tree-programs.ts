import { access, mkdir, open, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { quoteWord } from "../../ssh/quote.js";
import { packagesIn, type TreePackage } from "./find-scripts.js";

/** The programs that install scripts find by name, as with npm: those of the packages beside and above them, `node`, and `node-gyp` where npm is. */
export interface TreePrograms {
  /** The PATH of the scripts of a package. */
  pathFor(packageFolder: string): string;
}

const PROGRAM_NAME = /^[\w][\w.-]*$/;

/**
 * Writes a small file for each program of a tree's packages, outside of the tree, which is to hold plain files only.
 *
 * @param root the package's folder
 * @param scratch a private folder
 * @param path the PATH of this process
 */
export async function makeTreePrograms(root: string, scratch: string, path: string): Promise<TreePrograms> {
  const own = join(scratch, "programs", "own");
  await writeProgram(own, "node", process.execPath, "program");
  const nodeGyp = await findNodeGyp(path);
  if (nodeGyp !== undefined) await writeProgram(own, "node-gyp", nodeGyp, "script");
  const byModules = new Map<string, string>();
  for (const each of await packagesIn(root)) {
    const modules = modulesFolder(each.folder);
    if (each.folder === root || modules === undefined) continue;
    const folder = byModules.get(modules) ?? join(scratch, "programs", String(byModules.size));
    byModules.set(modules, folder);
    for (const [name, file] of programsOf(each)) await writeProgram(folder, name, file, await kindOf(file));
  }
  return { pathFor: (folder) => [own, ...programFolders(folder, root, byModules), path].filter((each) => each !== "").join(delimiter) };
}

/** The folders for a package: its own dependencies' programs first, then those further up. */
function programFolders(packageFolder: string, root: string, byModules: ReadonlyMap<string, string>): string[] {
  const folders: string[] = [];
  for (let folder = packageFolder; folder.startsWith(root); folder = dirname(folder)) {
    const programs = byModules.get(join(folder, "node_modules"));
    if (programs !== undefined) folders.push(programs);
  }
  return folders;
}

/** The `node_modules` that a package is in. */
function modulesFolder(folder: string): string | undefined {
  const at = folder.lastIndexOf(`${sep}node_modules${sep}`);
  return at < 0 ? undefined : folder.slice(0, at + `${sep}node_modules`.length);
}

function programsOf({ folder, content }: TreePackage): (readonly [string, string])[] {
  const { bin, name } = content;
  const entries =
    typeof bin === "string" && typeof name === "string" ? [[name.replace(/^@[^/]*\//, ""), bin] as const] : Object.entries(bin ?? {});
  return entries.flatMap(([program, file]) => {
    const path = typeof file === "string" ? resolve(folder, file) : "";
    return PROGRAM_NAME.test(program) && path.startsWith(`${folder}${sep}`) ? [[program, path] as const] : [];
  });
}

/** As the first line of a file says; npm's packages are scripts for Node, but for a few. */
async function kindOf(file: string): Promise<"script" | "program"> {
  if (/\.[cm]?js$/.test(file)) return "script";
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, 0);
      return /^#!.*\bnode\b/.test(buffer.toString("utf8", 0, bytesRead)) ? "script" : "program";
    } finally {
      await handle.close();
    }
  } catch {
    return "program";
  }
}

async function writeProgram(folder: string, name: string, file: string, kind: "script" | "program"): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const words = kind === "script" ? [process.execPath, file] : [file];
  if (process.platform === "win32") await writeFile(join(folder, `${name}.cmd`), `@${words.map((word) => `"${word}"`).join(" ")} %*\r\n`);
  else await writeFile(join(folder, name), `#!/bin/sh\nexec ${words.map(quoteWord).join(" ")} "$@"\n`, { mode: 0o700 });
}

/** The node-gyp of the npm that belongs to this Node, or that is on the PATH. One that is on the PATH itself is found there. */
async function findNodeGyp(path: string): Promise<string | undefined> {
  const program = join("node_modules", "node-gyp", "bin", "node-gyp.js");
  const ofNode = [
    join(dirname(process.execPath), "..", "lib", "node_modules", "npm", program),
    join(dirname(process.execPath), "node_modules", "npm", program),
  ];
  const onPath = await Promise.all(
    path.split(delimiter).map(async (folder) =>
      realpath(join(folder, "npm")).then(
        (npm) => join(dirname(npm), "..", program),
        () => "",
      ),
    ),
  );
  for (const place of [...ofNode, ...onPath].filter((each) => each !== "")) if (await isThere(place)) return place;
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
