import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { chmod, copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { MachineFiles } from "./machine-files.js";
import { tarEntry } from "./tar-entry.js";
import type { VBoxManage } from "./vboxmanage.js";
import { VirtualMachine } from "./virtual-machine.js";

const MEBIBYTE = 2 ** 20;

/** boot2docker formats the disk that begins with a tar archive whose first file is named so: its `rootfs/etc/rc.d/automount`. */
const FORMAT_ME = "boot2docker, please format-me";

/**
 * Puts the boot2docker ISO into the machine's folder: downloads an URL, or copies a file. `#sha256=HEX` is checked if it is there.
 *
 * @throws {DriverError} `BOOT2DOCKER_UNAVAILABLE`, `BOOT2DOCKER_CHANGED`, `OPERATION_ABORTED`
 */
export async function fetchBoot2docker(wish: string, path: string, host: Host): Promise<void> {
  if (existsSync(path)) return;
  const [place = "", fragment = ""] = wish.split("#", 2);
  const partial = `${path}.partial`;
  host.log.info(`Fetching ${place}...`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    if (/^https?:/i.test(place)) await download(place, partial, host.signal);
    else await copyFile(/^file:/i.test(place) ? fileURLToPath(place) : place, partial);
  } catch (cause) {
    await rm(partial, { force: true });
    if (host.signal.aborted) throw new DriverError("OPERATION_ABORTED", "The operation was interrupted.", { cause });
    throw new DriverError("BOOT2DOCKER_UNAVAILABLE", `The boot2docker ISO ${place} can't be had: ${messageOf(cause)}`, {
      cause,
      suggestions: ["Download it with another program, and give its path: --virtualbox-boot2docker-url ./boot2docker.iso"],
    });
  }
  const wanted = /^sha256=([0-9a-f]{64})$/i.exec(fragment)?.[1]?.toLowerCase();
  if (wanted !== undefined) await checkDigest(partial, wanted, place);
  await rename(partial, path);
}

async function download(url: string, path: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) throw new Error(`the server says ${response.status} ${response.statusText}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path, { mode: 0o600 }), { signal });
}

async function checkDigest(path: string, wanted: string, place: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const found = hash.digest("hex");
  if (found === wanted) return;
  await rm(path, { force: true });
  throw new DriverError("BOOT2DOCKER_CHANGED", `The boot2docker ISO ${place} has the SHA-256 ${found}, but ${wanted} is wanted.`, {
    suggestions: ["Check the checksum after #sha256="],
  });
}

/** Makes the disk of a boot2docker machine: empty, with the key that its user `docker` lets in. An existing one is left as it is. */
export async function makeBoot2dockerDisk(vbox: VBoxManage, files: MachineFiles, sizeMb: number, publicKey: string): Promise<void> {
  if (existsSync(files.disk)) return;
  await writeRawDisk(files.rawDisk, sizeMb, publicKey);
  await rm(files.partialDisk, { force: true });
  await vbox.run(["convertfromraw", files.rawDisk, files.partialDisk, "--format", "VMDK"]);
  await rename(files.partialDisk, files.disk);
  await rm(files.rawDisk, { force: true });
}

async function writeRawDisk(path: string, sizeMb: number, publicKey: string): Promise<void> {
  const key = Buffer.from(publicKey);
  const archive = Buffer.concat([
    tarEntry({ name: FORMAT_ME, mode: 0o644, content: Buffer.from(FORMAT_ME) }),
    tarEntry({ name: ".ssh/", mode: 0o700 }),
    tarEntry({ name: ".ssh/authorized_keys", mode: 0o644, content: key }),
    tarEntry({ name: ".ssh/authorized_keys2", mode: 0o644, content: key }),
    Buffer.alloc(1024),
  ]);
  const file = await open(path, "w", 0o600);
  try {
    await file.write(archive);
    // The rest is a hole, which takes no room.
    await file.truncate(sizeMb * MEBIBYTE);
  } finally {
    await file.close();
  }
}

/** What a virtual machine of the boot2docker program had. */
export interface ImportedVm {
  readonly cpuCount: number;
  readonly memoryMb: number;
  /** The key's copy in the machine's folder. */
  readonly keyPath: string;
}

/**
 * Copies the disk and the key of a virtual machine that the boot2docker program made, after turning that off.
 *
 * @throws {DriverError} `VIRTUALBOX_VM_MISSING`, `BOOT2DOCKER_UNAVAILABLE` if its disk or key isn't there
 */
export async function importBoot2dockerVm(vbox: VBoxManage, host: Host, name: string, files: MachineFiles): Promise<ImportedVm> {
  const vm = new VirtualMachine(vbox, host, name);
  const info = await vm.mustExist();
  const disk = info.field("SATA-1-0") ?? "none";
  const key = join(homedir(), ".ssh", "id_boot2docker");
  for (const [what, path] of [
    ["disk", disk],
    ["key", key],
  ] as const) {
    if (existsSync(path)) continue;
    throw new DriverError("BOOT2DOCKER_UNAVAILABLE", `The ${what} of the boot2docker virtual machine "${name}" is not at ${path}.`, {
      suggestions: ["Create a machine without --virtualbox-import-boot2docker-vm"],
    });
  }
  await vm.powerOff();
  if (!existsSync(files.disk)) {
    await rm(files.partialDisk, { force: true });
    await vbox.run(["clonemedium", "disk", disk, files.partialDisk, "--format", "VMDK"]);
    // VirtualBox knows the copy by its path until it is told to forget it.
    await vbox.run(["closemedium", "disk", files.partialDisk]);
    await rename(files.partialDisk, files.disk);
  }
  const keyPath = join(dirname(files.disk), "id_rsa");
  await copyFile(key, keyPath);
  await chmod(keyPath, 0o600);
  return { cpuCount: Number(info.field("cpus") ?? 1), memoryMb: Number(info.field("memory") ?? 1024), keyPath };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
