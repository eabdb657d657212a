import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { nspawnImpossible } from "../../scripts/nspawn-impossible.js";

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

  it("is not where control groups can't be made", () => {
    expect(nspawnImpossible({ cgroupRoot: "/proc" })).toMatch(/^no control group can be made: ENOENT/);
  });
});

/** What a process says that starts with fewer rights. */
async function answerUnder([file = "", ...args]: readonly string[]): Promise<string> {
  const script = `import(${JSON.stringify(module)}).then(({ nspawnImpossible }) => console.log(nspawnImpossible()))`;
  const { stdout } = await run(file, [...args, process.execPath, "--eval", script]);
  return stdout.trim();
}
