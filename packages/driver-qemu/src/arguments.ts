import type { ImageFormat } from "@docker-machine/cloud-image";
import { optionText } from "./option-text.js";
import type { Disk, Network, Share, VirtualMachine } from "./virtual-machine.js";

/** The boot disk's name in QEMU. Saved memory is kept in it. */
export const DISK_NODE = "disk";

/** The drivers of QEMU's block layer for the formats of images (`qemu-img --help`, "Supported formats"). */
const BLOCK_DRIVERS: Readonly<Record<ImageFormat, string>> = { qcow2: "qcow2", raw: "raw", vmdk: "vmdk", vdi: "vdi", vpc: "vpc" };

/**
 * QEMU's command line for a machine, but for what `QemuProcess` adds: monitor, pid file, UUID. It takes nothing from outside: the user's QEMU
 * configuration and all default devices are off, and no port is opened but those of the forwards.
 */
export function qemuArguments(vm: VirtualMachine): string[] {
  return [
    "-no-user-config",
    "-nodefaults",
    ...["-name", optionText("", { guest: vm.name })],
    ...processor(vm),
    ...firmware(vm),
    ...bootDisk(vm),
    ...vm.extraDisks.flatMap(extraDisk),
    ...network(vm),
    ...console(vm),
    ...vm.shares.flatMap(share),
    ...["-device", "virtio-rng-pci"],
    ...(vm.platform === "linux" ? linuxOnly() : []),
    ...(vm.startsPaused === true ? ["-S"] : []),
  ];
}

function processor(vm: VirtualMachine): string[] {
  const sharedMemory = vm.shares.some(({ type }) => type === "virtiofs");
  return [
    ...["-machine", machine(vm, sharedMemory ? "memory" : undefined)],
    ...vm.acceleration.args,
    ...["-smp", String(vm.cpuCount)],
    ...["-m", `${vm.memoryMb}M`],
    // A vhost-user device, such as virtiofsd, reads the guest's memory itself.
    ...(sharedMemory ? ["-object", optionText("memory-backend-memfd", { id: "memory", size: `${vm.memoryMb}M`, share: "on" })] : []),
  ];
}

function machine(vm: VirtualMachine, memoryBackend: string | undefined): string {
  const { architecture, uefi } = vm;
  const { name: kind } = vm.acceleration;
  return optionText(vm.machineType ?? (architecture === "amd64" ? "q35" : "virt"), {
    // By default `virt` has a GICv2, which many arm64 computers can't virtualize, and which serves at most 8 processors.
    "gic-version": architecture === "arm64" && (kind === "kvm" || kind === "tcg") ? "max" : undefined,
    pflash0: uefi === undefined ? undefined : "firmware",
    pflash1: uefi === undefined ? undefined : "variables",
    "memory-backend": memoryBackend,
  });
}

function firmware({ uefi }: VirtualMachine): string[] {
  if (uefi === undefined) return [];
  const { firmware: code, variablesPath } = uefi;
  return [
    ...blockdev("firmware", { path: code.codePath, format: code.format }, { "read-only": "on" }),
    ...blockdev("variables", { path: variablesPath, format: code.format }),
  ];
}

function bootDisk({ diskPath, seedPath, architecture }: VirtualMachine): string[] {
  return [
    ...blockdev(DISK_NODE, { path: diskPath, format: "qcow2" }, { discard: "unmap" }),
    ...["-device", optionText("virtio-blk-pci", { drive: DISK_NODE, bootindex: 1 })],
    ...blockdev("seed", { path: seedPath, format: "raw" }, { "read-only": "on" }),
    ...["-device", optionText("virtio-blk-pci", { drive: "seed" })],
    // cloud-init looks nowhere else for its data then (its documentation, "DataSource NoCloud").
    ...["-smbios", optionText("", { type: 1, serial: "ds=nocloud" })],
    // SeaBIOS would try the network and floppies where the disk doesn't boot.
    ...(architecture === "amd64" ? ["-boot", "strict=on"] : []),
  ];
}

function extraDisk(disk: Disk, index: number): string[] {
  const name = `extra${index}`;
  return [
    ...blockdev(name, disk, { discard: "unmap" }),
    // The guest finds it as /dev/disk/by-id/virtio-extra0.
    ...["-device", optionText("virtio-blk-pci", { drive: name, serial: name })],
  ];
}

function blockdev(name: string, { path, format }: Disk, options: Readonly<Record<string, string>> = {}): string[] {
  const file = optionText("", { driver: "file", "node-name": `${name}-file`, filename: path, ...options });
  const node = optionText("", { driver: BLOCK_DRIVERS[format], "node-name": name, file: `${name}-file`, ...options });
  return ["-blockdev", file, "-blockdev", node];
}

function network({ network: wish, macAddress }: VirtualMachine): string[] {
  // Without the boot ROM: it isn't needed, and some packages of QEMU lack it.
  const card = optionText("virtio-net-pci", { netdev: "net0", mac: macAddress, romfile: "" });
  return ["-netdev", netdev(wish), "-device", card];
}

function netdev(wish: Network): string {
  switch (wish.type) {
    case "user": {
      const forwards = wish.forwards.map(
        ({ protocol, address, hostPort, guestPort }) => `hostfwd=${protocol}:${address}:${hostPort}-:${guestPort}`,
      );
      return [optionText("user", { id: "net0" }), ...forwards].join(",");
    }
    case "bridge":
      return optionText("bridge", { id: "net0", br: wish.bridge });
    case "tap":
      return optionText("tap", { id: "net0", ifname: wish.device, script: "no", downscript: "no" });
    case "vmnet-shared":
      return optionText("vmnet-shared", { id: "net0" });
  }
}

function console({ consolePath }: VirtualMachine): string[] {
  return ["-display", "none", "-chardev", optionText("file", { id: "console", path: consolePath }), "-serial", "chardev:console"];
}

function share(wish: Share, index: number): string[] {
  const id = `share${index}`;
  if (wish.type === "virtiofs") {
    return [
      ...["-chardev", optionText("socket", { id, path: wish.socketPath })],
      ...["-device", optionText("vhost-user-fs-pci", { chardev: id, tag: wish.tag })],
    ];
  }
  // `none`: files belong to whom QEMU runs as; as any user but root, the guest's changes of owner are ignored.
  return [
    ...["-fsdev", optionText("local", { id, path: wish.directory, security_model: "none" })],
    ...["-device", optionText("virtio-9p-pci", { fsdev: id, mount_tag: wish.tag })],
  ];
}

/** Memory that the guest has freed goes back to this computer. System calls that only old programs make are refused. */
function linuxOnly(): string[] {
  return [
    ...["-device", optionText("virtio-balloon-pci", { "free-page-reporting": "on" })],
    ...["-sandbox", optionText("on", { obsolete: "deny", resourcecontrol: "deny" })],
  ];
}
