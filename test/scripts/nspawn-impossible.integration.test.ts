import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { nspawnImpossible } from "../../scripts/nspawn-impossible.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const run = promisify(execFile);
const module = fileURLToPath(new URL("../../scripts/nspawn-impossible.ts", import.meta.url));
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(`the quickstart's choice of a driver${isRoot ? "" : " (skipped: it takes rights from root)"}`, () => {
  it("is systemd-nspawn where namespaces, an overlay and control groups can be had", () => {
    expect(nspawnImpossible()).toBeUndefined();
  });

  it("is not where root isn't there", async () => {
    expect(await answerUnder(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])).toBe("it needs root");
  });

  it("is not where root may not make namespaces, as in a container", async () => {
    expect(await answerUnder(["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"])).toMatch(
      /^no namespace with an overlay in it can be made: unshare: .*Operation not permitted$/,
    );
  });

  it("is not where there are no control groups: a folder in which others can be made is none", async () => {
    const cgroupRoot = await scratchDirectory();
    expect(nspawnImpossible({ cgroupRoot })).toBe(`there are no control groups in ${cgroupRoot}`);
    expect(nspawnImpossible({ cgroupRoot: join(cgroupRoot, "missing") })).toMatch(/^there are no control groups/);
  });

  it("is not where control groups can't be made", async () => {
    const cgroupRoot = await scratchDirectory();
    await writeFile(join(cgroupRoot, "cgroup.procs"), "");
    await mkdir(join(cgroupRoot, `docker-machine-nspawn-trial-${process.pid}`));
    expect(nspawnImpossible({ cgroupRoot })).toMatch(/^no control group can be made: EEXIST/);
  });
});

/** What a process says that starts with fewer rights. */
async function answerUnder([file = "", ...args]: readonly string[]): Promise<string> {
  const script = `import(${JSON.stringify(module)}).then(({ nspawnImpossible }) => console.log(nspawnImpossible()))`;
  const { stdout } = await run(file, [...args, process.execPath, "--eval", script]);
  return stdout.trim();
}
