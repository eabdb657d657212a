import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CGROUPS = "/sys/fs/cgroup";

/** Where {@link nspawnImpossible} tries things. */
export interface NspawnTrial {
  /** Where the kernel shows control groups. Default: /sys/fs/cgroup. */
  readonly cgroupRoot?: string;
  /** Where machines would have their files. Default: the folder for temporary files. */
  readonly directory?: string;
}

/**
 * Why the example driver can't make its hosts here, in words that follow "because", or `undefined` if it can. What it needs is tried: namespaces with an overlay mounted in them, and a
 * control group. Being root isn't enough where a container or a sandbox holds that back.
 */
export function nspawnImpossible({ cgroupRoot = CGROUPS, directory = tmpdir() }: NspawnTrial = {}): string | undefined {
  if (process.platform !== "linux") return "it is only for Linux";
  if (process.getuid?.() !== 0) return "it needs root";
  return namespacesImpossible(directory) ?? cgroupsImpossible(cgroupRoot);
}

function namespacesImpossible(directory: string): string | undefined {
  const place = mkdtempSync(join(directory, "docker-machine-nspawn-trial-"));
  try {
    const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => join(place, name));
    for (const path of [lower, upper, work, merged]) mkdirSync(path ?? place);
    const overlay = ["mount", "-t", "overlay", "overlay", "-o", `lowerdir=${lower},upperdir=${upper},workdir=${work}`, merged ?? place];
    const { error, status, stderr } = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", ...overlay], { encoding: "utf8" });
    if (error !== undefined) return error.message;
    return status === 0 ? undefined : `no namespace with an overlay in it can be made: ${stderr.trim()}`;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function cgroupsImpossible(root: string): string | undefined {
  const hierarchy = hierarchiesIn(root)[0];
  if (hierarchy === undefined) return `there are no control groups in ${root}`;
  const group = join(hierarchy, `docker-machine-nspawn-trial-${process.pid}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
    return undefined;
  } catch (error) {
    return `no control group can be made: ${(error as Error).message}`;
  }
}

/** cgroup v2 has one hierarchy, v1 has one in each folder. */
function hierarchiesIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return [root, ...readdirSync(root).map((name) => join(root, name))].filter((folder) => existsSync(join(folder, "cgroup.procs")));
}
