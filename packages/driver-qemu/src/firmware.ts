import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Architecture } from "@docker-machine/cloud-image";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Qemu } from "./find-qemu.js";
import { type FirmwareDescriptor, parseFirmwareDescriptor } from "./firmware-descriptor.js";
import { installSuggestions } from "./install-suggestions.js";

/** UEFI firmware for a guest, both files for flash devices. */
export interface Firmware {
  /** Read only, may be shared. */
  readonly codePath: string;
  /** What each machine's own variables are a copy of; absent: an empty file of `sizeBytes`. */
  readonly variablesTemplatePath?: string;
  /** Of both files. */
  readonly format: "raw" | "qcow2";
  /** How big the file of code is. */
  readonly sizeBytes: number;
}

/** As QEMU's docs/interop/firmware.json says. */
const DESCRIPTOR_FOLDERS = [join(homedir(), ".config/qemu/firmware"), "/etc/qemu/firmware", "/usr/share/qemu/firmware"];

/** Pairs that come with QEMU itself, where its descriptors name places of another computer (Windows), and those of packages without descriptors. */
const KNOWN_PAIRS: Readonly<Record<Architecture, readonly (readonly [code: string, variables: string])[]>> = {
  amd64: [
    ["edk2-x86_64-code.fd", "edk2-i386-vars.fd"],
    ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
    ["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"],
  ],
  arm64: [
    ["edk2-aarch64-code.fd", "edk2-arm-vars.fd"],
    ["/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"],
  ],
};

/**
 * Finds UEFI firmware without Secure Boot for `qemu`: by firmware descriptors, then at the places where packages put it.
 *
 * @param descriptorFolders where descriptors are besides QEMU's own folders, the most important first
 * @throws {DriverError} `QEMU_FIRMWARE_MISSING`, with the package to install
 */
export async function findFirmware(
  qemu: Qemu,
  host: Pick<Host, "run" | "log">,
  descriptorFolders: readonly string[] = DESCRIPTOR_FOLDERS,
): Promise<Firmware> {
  const dataFolders = await dataFoldersOf(qemu, host);
  const folders = [...descriptorFolders, ...dataFolders.map((folder) => join(folder, "firmware"))];
  for (const candidate of [...(await described(folders, qemu.architecture)), ...knownPairs(qemu.architecture, dataFolders)]) {
    const firmware = await present(candidate);
    if (firmware === undefined) continue;
    host.log.debug(`UEFI firmware: ${firmware.codePath}`);
    return firmware;
  }
  throw new DriverError(
    "QEMU_FIRMWARE_MISSING",
    `There is no UEFI firmware for ${qemu.architecture} guests; QEMU looks in ${folders.join(", ")}.`,
    {
      suggestions: await firmwareSuggestions(qemu.architecture),
    },
  );
}

/** Descriptors of all folders. A file hides those of the same name in later folders; the names tell the order. */
async function described(folders: readonly string[], architecture: Architecture): Promise<readonly FirmwareDescriptor[]> {
  const paths = (await Promise.all(folders.map(jsonFiles))).flat();
  const first = [...new Map(paths.toReversed().map((path) => [basename(path), path])).entries()].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const descriptors = await Promise.all(
    first.map(async ([, path]) => parseFirmwareDescriptor(await readFile(path, "utf8").catch(() => ""), architecture)),
  );
  return descriptors.filter((descriptor) => descriptor !== undefined);
}

function knownPairs(architecture: Architecture, dataFolders: readonly string[]): readonly FirmwareDescriptor[] {
  return KNOWN_PAIRS[architecture].flatMap(([code, variables]) => {
    const folders = code.startsWith("/") ? [""] : dataFolders;
    return folders.map((folder) => ({
      codePath: join(folder, code),
      variablesTemplatePath: join(folder, variables),
      format: "raw" as const,
    }));
  });
}

async function present(descriptor: FirmwareDescriptor): Promise<Firmware | undefined> {
  const [code, variables] = await Promise.all([sizeOf(descriptor.codePath), sizeOf(descriptor.variablesTemplatePath)]);
  return code === undefined || variables === undefined ? undefined : { ...descriptor, sizeBytes: code };
}

/** Where this QEMU looks for what comes with it. */
async function dataFoldersOf(qemu: Qemu, host: Pick<Host, "run">): Promise<readonly string[]> {
  const { stdout } = await host.run(qemu.path, ["-L", "help"], { timeoutMs: 20_000 });
  return stdout.split(/\r?\n/).filter((line) => line.trim() !== "");
}

async function jsonFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function firmwareSuggestions(architecture: Architecture): Promise<readonly string[]> {
  if (architecture === "arm64" || process.platform !== "linux") return installSuggestions(architecture, process.platform);
  return ["sudo apt-get install ovmf", "sudo dnf install edk2-ovmf", "sudo pacman -S edk2-ovmf"];
}
