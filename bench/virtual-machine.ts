import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Comparison } from "./compare.ts";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "..", "bin", "run.cjs");
const SCRIPT = join(import.meta.dirname, "boot-plainly.sh");

/** What this bench is called. */
export const VIRTUAL_MACHINE = "create -d qemu, image there";

/** The bench of a whole machine, next to a script that boots the same guest. */
export interface VirtualMachineBench extends AsyncDisposable {
  readonly comparison: Comparison;
}

/**
 * Makes a machine once, and gives its QEMU's command line, its seed and its key to the script, so that both boot the same guest on the same hardware. Then that
 * machine is gone, and what has to be done once for all machines (certificates, the trial of accelerators) is done.
 *
 * @param image a cloud image with Docker
 * @param scratch a folder for all that is made
 */
export async function prepareVirtualMachine(image: string, scratch: string): Promise<VirtualMachineBench> {
  const store = join(scratch, "virtual-machines");
  const machine = join(store, "machines", "made");
  const plain = join(scratch, "plain");
  const create = [process.execPath, PROGRAM, "create", "-d", "qemu", "--qemu-image", image, "-s", store, "made"];
  const remove = [process.execPath, PROGRAM, "rm", "-f", "-s", store, "made"];
  const end = async () => {
    await run("sh", ["-c", endOf(plain)]);
    await run(process.execPath, remove.slice(1)).catch(() => undefined);
    await rm(store, { recursive: true, force: true });
  };
  await mkdir(plain, { mode: 0o700 });
  try {
    await run(process.execPath, create.slice(1));
    await describeMachine(machine, plain);
    await symlink(image, join(plain, "image"));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    comparison: {
      name: VIRTUAL_MACHINE,
      ours: { words: create, prepare: ["sh", "-c", `${remove.map((word) => `'${word}'`).join(" ")} || true`] },
      peer: { name: "a script that boots the same", words: ["sh", SCRIPT, plain], prepare: ["sh", "-c", endOf(plain)] },
      limit: 1.1,
      runs: 3,
      warmup: 0,
    },
    [Symbol.asyncDispose]: end,
  };
}

/**
 * A command line that ends the script's last guest, if there was one, and waits until its ports are free. A process that nobody has reaped yet has no command line.
 */
function endOf(plain: string): string {
  const pid = `${plain}/qemu.pid`;
  const isAlive = `[ -n "$(tr -d '\\0' 2>/dev/null </proc/$p/cmdline)" ]`;
  return `if [ -s ${pid} ]; then p=$(cat ${pid}); kill -KILL $p; while ${isAlive}; do sleep 0.1; done; rm -f ${pid} ${plain}/disk.qcow2; fi`;
}

/** Writes what the script reads. */
async function describeMachine(machine: string, plain: string): Promise<void> {
  const pid = (await readFile(join(machine, "qemu.pid"), "utf8")).trim();
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8");
  const { Driver } = JSON.parse(await readFile(join(machine, "config.json"), "utf8")) as {
    readonly Driver: { readonly SSHUser: string; readonly SSHPort: number; readonly SSHKeyPath: string };
  };
  await writeFile(join(plain, "arguments"), words.replaceAll(machine, plain));
  await writeFile(join(plain, "login"), `${Driver.SSHUser} ${Driver.SSHPort}\n`);
  await copyFile(join(machine, "seed.iso"), join(plain, "seed.iso"));
  await copyFile(Driver.SSHKeyPath, join(plain, "key"));
}
