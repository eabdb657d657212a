import { existsSync } from "node:fs";
import { DriverError, type Host, type Machine } from "@docker-machine/driver-sdk";
import { fetchBoot2docker, importBoot2dockerVm, makeBoot2dockerDisk } from "./boot2docker.js";
import { checkCloudSeed, cloudImage, makeCloudDisk, writeCloudSeed } from "./cloud-disk.js";
import type { Computer } from "./computer.js";
import { machineFiles } from "./machine-files.js";
import type { virtualBoxOptions } from "./options.js";
import { parseVersion } from "./output/version.js";
import { sharedFolder } from "./shared-folder.js";
import type { VirtualBoxState } from "./state.js";
import type { VBoxManage } from "./vboxmanage.js";
import { checkVirtualBox, checkVirtualization } from "./virtualization-check.js";
import { cpuCountOf, macAddresses, platformArguments, settingsArguments, withColons } from "./vm-settings.js";
import { setUpVm } from "./vm-setup.js";

/** What creating a machine needs. */
export interface Creation {
  readonly machine: Machine<typeof virtualBoxOptions, VirtualBoxState>;
  readonly host: Host;
  readonly vbox: VBoxManage;
  readonly computer: Computer;
  /** The guest's user. */
  readonly user: string;
}

/**
 * Checks that VirtualBox works and that what the options name is there, and fetches the image into the cache.
 *
 * @throws {DriverError} `VIRTUALBOX_…`, `FILE_UNREADABLE`, `SHARE_FOLDER_MISSING`, `USER_DATA_…`, `IMAGE_…`
 */
export async function checkBeforeCreate({ machine: { options, name }, host, vbox, computer, user }: Creation): Promise<void> {
  await checkVirtualBox(vbox, computer);
  if (!options.noVtxCheck) await checkVirtualization(host, computer);
  const share = sharedFolder(options, computer.platform);
  if (share !== undefined && !existsSync(share.hostPath)) {
    throw new DriverError("SHARE_FOLDER_MISSING", `The folder ${share.hostPath} of --virtualbox-share-folder does not exist.`, {
      suggestions: [`mkdir -p ${share.hostPath}`, "Share nothing: --virtualbox-no-share"],
    });
  }
  if (options.boot2dockerUrl !== "") return;
  await checkCloudSeed({ machineName: name, user, share }, options);
  await cloudImage(host, options, computer.architecture);
}

/** Makes the disk, the disc and the virtual machine, or completes what is half-made. It does not start it. */
export async function createVm(creation: Creation): Promise<void> {
  const { machine, host, vbox, computer } = creation;
  const { options, directory, name } = machine;
  const uuid = await persistWish(creation);
  const isBoot2docker = options.boot2dockerUrl !== "";
  const files = machineFiles(directory, name, isBoot2docker);
  host.log.info("Creating VirtualBox VM...");
  const made = isBoot2docker ? await boot2dockerDisks(creation) : await cloudDisks(creation, uuid);
  await setUpVm(vbox, host, {
    name,
    uuid,
    directory,
    files,
    platform: platformArguments(computer, parseVersion(await vbox.run(["--version"]))),
    settings: settingsArguments(options, { computer, ...made, uuid, consolePath: files.console, bootsFromDisc: isBoot2docker }),
    share: sharedFolder(options, computer.platform),
    isBoot2docker,
  });
}

/** Saves what is to be made, and under which UUID, before anything is. */
async function persistWish({ machine, user }: Creation): Promise<string> {
  const { options, state } = machine;
  if (state.VMUUID !== undefined) return state.VMUUID;
  const uuid = crypto.randomUUID();
  await machine.persist({
    VMUUID: uuid,
    SSHUser: user,
    CPU: options.cpuCount,
    Memory: options.memory,
    DiskSize: options.diskSize,
    NatNicType: options.natNicType,
    Boot2DockerURL: options.boot2dockerUrl,
    Boot2DockerImportVM: options.importBoot2dockerVm,
    HostDNSResolver: options.hostDnsResolver,
    HostOnlyCIDR: options.hostOnlyCidr,
    HostOnlyNicType: options.hostOnlyNicType,
    HostOnlyPromiscMode: options.hostOnlyPromiscuous,
    HostOnlyNoDHCP: options.hostOnlyNoDhcp,
    UIType: options.uiType,
    NoShare: options.noShare,
    DNSProxy: !options.noDnsProxy,
    NoVTXCheck: options.noVtxCheck,
    ShareFolder: options.shareFolder,
    ...(options.boot2dockerUrl === "" ? { Image: options.image } : {}),
  });
  return uuid;
}

interface MadeDisks {
  readonly cpuCount: number;
  readonly memoryMb: number;
}

async function cloudDisks({ machine, host, vbox, computer, user }: Creation, uuid: string): Promise<MadeDisks> {
  const { options, directory, name } = machine;
  const files = machineFiles(directory, name, false);
  const image = await cloudImage(host, options, computer.architecture);
  const key = await host.createSshKey();
  await machine.persist({ SSHKeyPath: key.privateKeyPath });
  await makeCloudDisk(vbox, image, files, options.diskSize);
  const { nat, hostOnly } = macAddresses(uuid);
  const facts = {
    machineName: name,
    instanceId: uuid,
    user,
    publicKey: key.publicKey.trim(),
    natMac: withColons(nat),
    hostOnlyMac: withColons(hostOnly),
    share: sharedFolder(options, computer.platform),
  };
  await writeCloudSeed(files.disc, facts, options);
  return { cpuCount: cpuCountOf(options.cpuCount, computer), memoryMb: options.memory };
}

async function boot2dockerDisks({ machine, host, vbox, computer }: Creation): Promise<MadeDisks> {
  const { options, directory, name } = machine;
  const files = machineFiles(directory, name, true);
  await fetchBoot2docker(options.boot2dockerUrl, files.disc, host);
  if (options.importBoot2dockerVm !== "") {
    const imported = await importBoot2dockerVm(vbox, host, options.importBoot2dockerVm, files);
    await machine.persist({ SSHKeyPath: imported.keyPath, CPU: imported.cpuCount, Memory: imported.memoryMb });
    return { cpuCount: cpuCountOf(imported.cpuCount, computer), memoryMb: imported.memoryMb };
  }
  // Its SSH server knows no newer kind of key.
  const key = await host.createSshKey({ type: "rsa" });
  await machine.persist({ SSHKeyPath: key.privateKeyPath });
  await makeBoot2dockerDisk(vbox, files, options.diskSize, key.publicKey);
  return { cpuCount: cpuCountOf(options.cpuCount, computer), memoryMb: options.memory };
}
