import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const builder = fileURLToPath(new URL("../../scripts/build-vm-image.mjs", import.meta.url));

/** Why no image for virtual machines can be had on this computer, or `undefined`. `$VM_IMAGE`, which `npm test` sets, leads to one that is built. */
export const vmImageImpossible = reasonAgainst();

/** The path of a Debian cloud image with Docker, in qcow2, built once and cached. It must not be written to. */
export async function vmImage(): Promise<string> {
  const { VM_IMAGE } = process.env;
  if (VM_IMAGE !== undefined) return VM_IMAGE;
  const { stdout } = await promisify(execFile)(process.execPath, [builder]);
  return stdout.trim();
}

/** The tarball of a container image with busybox, for `docker import`: it is next to {@link vmImage}. */
export async function vmContainerImage(): Promise<string> {
  return join(await vmImage(), "..", "busybox.tar");
}

function reasonAgainst(): string | undefined {
  if (existsSync(process.env.VM_IMAGE ?? "")) return undefined;
  if (process.arch !== "x64") return "the image for virtual machines is built for amd64 only";
  return process.getuid?.() === 0 ? undefined : "the image for virtual machines is built by root";
}
