import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "./file-errors.js";

/**
 * The machine's control group, in each hierarchy that the kernel has. Whatever runs on the host is in it, from the first process on:
 * so it tells what belongs to a machine, whoever started it and whatever process ids were used again since.
 */
export class Cgroup {
  #root;
  #name;

  /**
   * @param {string} root usually `/sys/fs/cgroup`
   * @param {string} name
   */
  constructor(root, name) {
    this.#root = root;
    this.#name = name;
  }

  /** Whether the kernel shows any hierarchy. */
  async isPossible() {
    return (await this.#hierarchies()).length > 0;
  }

  /**
   * Makes the group.
   *
   * @returns {Promise<string[]>} the files to write a process id to, for entering the group
   */
  async create() {
    const hierarchies = await this.#hierarchies();
    await Promise.all(hierarchies.map((hierarchy) => this.#createIn(hierarchy)));
    return hierarchies.map((hierarchy) => join(hierarchy, this.#name, "cgroup.procs"));
  }

  /**
   * The ids of all processes in the group and in groups below it.
   *
   * @returns {Promise<number[]>}
   */
  async processes() {
    const lists = await Promise.all(
      (await this.folders()).map((folder) => readFile(join(folder, "cgroup.procs"), "utf8").catch(emptyIfGone)),
    );
    return [
      ...new Set(
        lists
          .flatMap((list) => list.split("\n"))
          .filter((line) => line !== "")
          .map(Number),
      ),
    ];
  }

  /**
   * The group's folders in all hierarchies, the deepest first.
   *
   * @returns {Promise<string[]>}
   */
  async folders() {
    const hierarchies = await this.#hierarchies();
    return (await Promise.all(hierarchies.map((hierarchy) => foldersFrom(join(hierarchy, this.#name))))).flat();
  }

  /**
   * cgroup v2 has one hierarchy, v1 has one in each folder. The other folders are links to these.
   *
   * @returns {Promise<string[]>}
   */
  async #hierarchies() {
    if (await exists(join(this.#root, "cgroup.controllers"))) return [this.#root];
    const entries = await readdir(this.#root, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(this.#root, entry.name));
    const present = await Promise.all(folders.map((folder) => exists(join(folder, "cgroup.procs"))));
    return folders.filter((_, index) => present[index]);
  }

  /** @param {string} hierarchy */
  async #createIn(hierarchy) {
    const group = join(hierarchy, this.#name);
    await mkdir(group, { recursive: true });
    // A new cpuset of cgroup v1 has no CPUs and no memory, and no process may enter it.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const inherited = await readFile(join(hierarchy, file), "utf8").catch(emptyIfGone);
      if (inherited.trim() !== "") await writeFile(join(group, file), inherited);
    }
  }
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function foldersFrom(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (entries === undefined) return [];
  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => foldersFrom(join(folder, entry.name)));
  return [...(await Promise.all(inner)).flat(), folder];
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function emptyIfGone(error) {
  if (isGone(error)) return "";
  throw error;
}

/**
 * `ENODEV`: the group was removed while its file was open. `EOPNOTSUPP`: the group has threads only, its processes are listed above it.
 *
 * @param {unknown} error
 */
function isGone(error) {
  return isSystemError(error, "ENOENT", "ENODEV", "EOPNOTSUPP");
}
