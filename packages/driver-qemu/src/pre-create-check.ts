import { stat, statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { checkSeed } from "@docker-machine/cloud-image";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { type Accelerator, chooseAccelerator } from "./accelerator.js";
import { exists } from "./exists.js";
import { parseExtraDisk } from "./extra-disk-option.js";
import { findQemu } from "./find-qemu.js";
import { findVirtiofsd } from "./find-virtiofsd.js";
import { findFirmware } from "./firmware.js";
import { isPortFree } from "./free-ports.js";
import { guestArchitecture } from "./guest-architecture.js";
import type { QemuMachine } from "./machine.js";
import { LOOPBACK } from "./network.js";
import type { QemuOptions } from "./options.js";
import { parsePortForward } from "./port-forward.js";
import { seedOf } from "./seed.js";
import { parseSharedFolder } from "./shared-folder-option.js";
import { imageSource, usesUefi } from "./storage.js";

const MB = 1024 * 1024;
/** A fresh Debian with Docker takes about this much of its disk. */
const LEAST_ROOM_BYTES = 1536 * MB;
/** Where Linux shows its network devices. */
const NETWORK_DEVICES = "/sys/class/net";

/** What stands in a seed for what is only made with the machine. */
const NOT_YET_MADE = {
  state: { Uuid: "00000000-0000-4000-8000-000000000000", MacAddress: "52:54:00:00:00:00" },
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

/**
 * Checks whether a machine with these options could be made and started on this computer. It makes nothing.
 *
 * @throws {DriverError} `QEMU_…`, `ACCELERATOR_UNUSABLE`, `IMAGE_…`, `MEMORY_INSUFFICIENT`, `DISK_FULL`, `FILE_UNREADABLE`, `NETWORK_DEVICE_MISSING`, `PORT_TAKEN`, `USER_DATA_…`, …
 */
export async function preCreateCheck({ name: machineName, options, directory }: QemuMachine, host: Host): Promise<void> {
  checkResources(options, host);
  const architecture = guestArchitecture(options);
  const qemu = await findQemu(architecture, host);
  if (options.accelerator !== "auto") await chooseAccelerator(qemu, options.accelerator as Accelerator, host);
  if (usesUefi(options, architecture)) await findFirmware(qemu, host);
  await imageSource(options, architecture);
  await checkRoom(directory);
  await checkFiles(options);
  await checkSeed(await seedOf({ machineName, options, ...NOT_YET_MADE }));
  await checkNetwork(options);
  if (options.shareType === "virtiofs" && options.sharedFolders.length > 0) await findVirtiofsd();
}

function checkResources({ memory, cpuCount = 1 }: QemuOptions, host: Host): void {
  const computerMb = Math.floor(totalmem() / MB);
  if (memory > computerMb) {
    throw new DriverError("MEMORY_INSUFFICIENT", `--qemu-memory is ${memory} MB, but this computer has ${computerMb} MB.`, {
      suggestions: [`--qemu-memory ${Math.max(256, Math.floor(computerMb / 2))}`],
    });
  }
  const processors = availableParallelism();
  if (cpuCount > processors)
    host.log.warn(`--qemu-cpu-count is ${cpuCount}, but this computer has ${processors} processors: they will be shared.`);
}

async function checkRoom(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const roomBytes = bavail * bsize;
  if (roomBytes >= LEAST_ROOM_BYTES) return;
  const [room, needed] = [roomBytes, LEAST_ROOM_BYTES].map((bytes) => Math.floor(bytes / MB));
  throw new DriverError("DISK_FULL", `There are ${room} MB left at ${directory}, but a machine needs at least ${needed} MB.`, {
    suggestions: [`df -h ${directory}`, "docker-machine -s ANOTHER_FOLDER create -d qemu NAME"],
  });
}

async function checkFiles({ extraDisks, sharedFolders }: QemuOptions): Promise<void> {
  for (const text of extraDisks) {
    const wish = parseExtraDisk(text);
    if ("file" in wish) await mustBe("file", wish.file, "qemu-extra-disk");
  }
  for (const text of sharedFolders) await mustBe("folder", parseSharedFolder(text).directory, "qemu-share");
}

async function mustBe(kind: "file" | "folder", path: string, flag: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (kind === "folder" ? found?.isDirectory() : found?.isFile() || found?.isBlockDevice()) return;
  const code = kind === "folder" ? "SHARE_FOLDER_MISSING" : "FILE_UNREADABLE";
  throw new DriverError(code, `There is no ${kind} ${JSON.stringify(path)}, which --${flag} names.`, { suggestions: [`ls -ld ${path}`] });
}

async function checkNetwork(options: QemuOptions): Promise<void> {
  const { network, networkBridge, networkInterface, ports } = options;
  const platform = { bridge: "linux", "vmnet-shared": "darwin" }[network as string];
  if (platform !== undefined && platform !== process.platform) {
    throw new DriverError("NETWORK_UNSUPPORTED", `--qemu-network ${network} does not exist on this system.`, {
      suggestions: ["--qemu-network user"],
    });
  }
  if (network === "bridge") await mustHaveDevice(networkBridge, ["ip", "link", "add", networkBridge, "type", "bridge"]);
  if (network === "tap") await mustHaveDevice(networkInterface, ["ip", "tuntap", "add", networkInterface, "mode", "tap", "user", "$USER"]);
  for (const forward of ports.map(parsePortForward)) {
    const { protocol, address, hostPort } = forward;
    if (protocol === "udp" || address !== LOOPBACK || (await isPortFree(hostPort))) continue;
    throw new DriverError("PORT_TAKEN", `The port ${hostPort} of --qemu-port is used by another program.`, {
      suggestions: ["Choose another port of this computer: --qemu-port HOST:GUEST"],
    });
  }
}

async function mustHaveDevice(name: string, command: readonly string[]): Promise<void> {
  if (process.platform !== "linux" || (await exists(join(NETWORK_DEVICES, name)))) return;
  throw new DriverError("NETWORK_DEVICE_MISSING", `This computer has no network device "${name}".`, {
    suggestions: ["ip -brief link", `sudo ${command.join(" ")}`],
  });
}
