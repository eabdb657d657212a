import { existsSync } from "node:fs";
import { readFile, rename, rm, stat } from "node:fs/promises";
import type { CloudImage, Seed } from "@docker-machine/cloud-image";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { MachineFiles } from "./machine-files.js";
import type { VirtualBoxOptions } from "./options.js";
import type { SharedFolderWish } from "./shared-folder.js";
import type { VBoxManage } from "./vboxmanage.js";

const MEBIBYTE = 2 ** 20;

/**
 * Fetches the image that a machine is to be made of, as raw data. It is kept in the cache.
 *
 * @throws {DriverError} `IMAGE_…`, and whatever downloading throws
 */
export async function cloudImage(host: Host, { image }: VirtualBoxOptions, architecture: string): Promise<CloudImage> {
  const { findImage, obtainImage, rawImage } = await import("@docker-machine/cloud-image");
  const source = findImage(image, { architecture: architecture === "arm64" ? "arm64" : "amd64", hardware: "emulated" });
  return rawImage(await obtainImage(source, host), host);
}

/** Makes the disk: a copy of the image as VDI, grown to the wished size. An existing one is only grown. */
export async function makeCloudDisk(vbox: VBoxManage, image: CloudImage, files: MachineFiles, sizeMb: number): Promise<void> {
  if (!existsSync(files.disk)) {
    await rm(files.partialDisk, { force: true });
    await vbox.run(["convertfromraw", image.path, files.partialDisk, "--format", "VDI"]);
    await rename(files.partialDisk, files.disk);
  }
  const imageMb = Math.ceil((await stat(image.path)).size / MEBIBYTE);
  if (sizeMb > imageMb) await vbox.run(["modifymedium", "disk", files.disk, "--resize", String(sizeMb)]);
}

/** What the guest is told at its first boot, besides what the options say. */
export interface SeedFacts {
  readonly machineName: string;
  readonly instanceId: string;
  readonly user: string;
  readonly publicKey: string;
  /** The network cards' addresses. */
  readonly natMac: string;
  readonly hostOnlyMac: string;
  readonly share: SharedFolderWish | undefined;
}

/** What stands in a seed for what is only made with the machine. */
const NOT_YET_MADE = {
  instanceId: "00000000-0000-4000-8000-000000000000",
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  natMac: "08:00:27:00:00:00",
  hostOnlyMac: "08:00:27:00:00:01",
};

/**
 * Finds what would be wrong with the disc that cloud-init reads, before anything is made.
 *
 * @throws {DriverError} as {@link writeCloudSeed} does
 */
export async function checkCloudSeed(facts: Pick<SeedFacts, "machineName" | "user" | "share">, options: VirtualBoxOptions): Promise<void> {
  const { checkSeed } = await import("@docker-machine/cloud-image");
  await checkSeed(await cloudSeed({ ...facts, ...NOT_YET_MADE }, options));
}

/**
 * Writes the disc that cloud-init reads. Both cards are set by DHCP; the host-only one leads nowhere else, and booting doesn't wait for it.
 *
 * @throws {DriverError} `FILE_UNREADABLE` for a file that an option names; `USER_DATA_…`, `SEED_INVALID`
 */
export async function writeCloudSeed(path: string, facts: SeedFacts, options: VirtualBoxOptions): Promise<void> {
  const { writeSeed } = await import("@docker-machine/cloud-image");
  await writeSeed(path, await cloudSeed(facts, options));
}

async function cloudSeed(facts: SeedFacts, options: VirtualBoxOptions): Promise<Seed> {
  const { httpProxy: http, httpsProxy: https, noProxy } = options;
  const proxy = {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
  return {
    instanceId: facts.instanceId,
    hostname: facts.machineName,
    user: facts.user,
    publicKey: facts.publicKey,
    network: [
      { macAddress: facts.natMac, dhcp4: true },
      { macAddress: facts.hostOnlyMac, dhcp4: true, optional: true },
    ],
    ...(Object.keys(proxy).length === 0 ? {} : { proxy }),
    ...(options.caFiles.length === 0
      ? {}
      : { caCertificates: await Promise.all(options.caFiles.map((file) => textOf(file, "virtualbox-ca-file"))) }),
    ...(options.userdata === undefined ? {} : { userData: await bytesOf(options.userdata, "virtualbox-userdata") }),
    ...(facts.share === undefined ? {} : { mounts: [{ tag: facts.share.name, path: `/${facts.share.name}`, type: "vboxsf" }] }),
  };
}

async function textOf(path: string, flag: string): Promise<string> {
  return (await bytesOf(path, flag)).toString("utf8");
}

async function bytesOf(path: string, flag: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DriverError(
      "FILE_UNREADABLE",
      `The file ${path} of --${flag} can't be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        cause,
        suggestions: [`ls -l ${path}`],
      },
    );
  }
}
