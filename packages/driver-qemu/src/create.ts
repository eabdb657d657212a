import { randomBytes, randomUUID } from "node:crypto";
import { type Architecture, writeSeed } from "@docker-machine/cloud-image";
import type { Host, SshKey } from "@docker-machine/driver-sdk";
import { exists } from "./exists.js";
import { findQemu, type Qemu } from "./find-qemu.js";
import { releasePorts } from "./free-ports.js";
import { guestArchitecture } from "./guest-architecture.js";
import type { QemuMachine } from "./machine.js";
import { machineFiles } from "./machine-files.js";
import type { QemuProcess } from "./qemu-process.js";
import { seedOf } from "./seed.js";
import { planSharedFolders } from "./shared-folders.js";
import type { QemuState } from "./state.js";
import { makeDisk, makeExtraDisks, removeStorage } from "./storage.js";
import { dismissVirtiofsd } from "./virtiofsd.js";

type Named = QemuState & { readonly Uuid: string; readonly MacAddress: string };

/** Makes all that a machine is while it doesn't run. What is there already is left as it is. */
export async function makeMachine(machine: QemuMachine, host: Host): Promise<void> {
  const named = await nameMachine(machine);
  const architecture = guestArchitecture(machine.options);
  const qemu = await findQemu(architecture, host);
  const key = await host.createSshKey();
  if (machine.state.SSHKeyPath !== key.privateKeyPath) await machine.persist({ SSHKeyPath: key.privateKeyPath });
  await makeFiles(machine, host, qemu, architecture);
  await makeSeed(machine, { ...machine.state, ...named }, key);
}

async function makeFiles(machine: QemuMachine, host: Host, qemu: Qemu, architecture: Architecture): Promise<void> {
  const { directory, options, state } = machine;
  const request = { directory, options, qemu, host };
  const image = await makeDisk(request, architecture);
  if (image !== undefined) await machine.persist({ Image: image.name, ImageDigest: image.digest });
  if (state.ExtraDisks === undefined && options.extraDisks.length > 0) await machine.persist({ ExtraDisks: await makeExtraDisks(request) });
  if (state.SharedFolders === undefined && options.sharedFolders.length > 0) {
    await machine.persist({ SharedFolders: await planSharedFolders(options, directory) });
  }
}

/** The user's data is read each time until the seed is there; it takes effect at the first boot only. */
async function makeSeed(machine: QemuMachine, state: Named, key: SshKey): Promise<void> {
  const { directory, name: machineName, options } = machine;
  const { seed } = machineFiles(directory);
  if (await exists(seed)) return;
  await writeSeed(seed, await seedOf({ machineName, options, state, publicKey: key.publicKey }));
}

/** Gives the machine what it is known by, before anything of it is made. */
async function nameMachine(machine: QemuMachine): Promise<Pick<Named, "Uuid" | "MacAddress">> {
  const { Uuid = randomUUID(), MacAddress = randomMacAddress() } = machine.state;
  if (machine.state.Uuid === undefined) await machine.persist({ Uuid, MacAddress, SSHUser: machine.options.sshUser });
  return { Uuid, MacAddress };
}

/** In QEMU's own range 52:54:00, which is locally administered: no manufacturer's card has it. */
function randomMacAddress(): string {
  return ["52", "54", "00", ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/**
 * Ends the machine's process and removes its files. A process that was being started when its docker-machine was killed may only come up after the first look;
 * it writes its pid file before it opens the disk, so the second look finds it, or it finds no disk.
 */
export async function removeMachine(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  await process.terminate();
  await dismissVirtiofsd(machine.state.SharedFolders ?? [], machine.directory);
  await removeStorage(machine.directory, machine.options.extraDisks.length);
  await process.terminate();
  await releasePorts(machine.directory, host);
}
