import { describe, expect, test } from "vitest";
import { qemuArguments } from "../src/arguments.js";
import type { Network, VirtualMachine } from "../src/virtual-machine.js";

const LOCAL_SSH = { address: "127.0.0.1", hostPort: 50_022, guestPort: 22, protocol: "tcp" } as const;

/** A command line; `given` is what differs from a small machine of Linux with TCG. */
function argumentsOf(given: Partial<VirtualMachine> = {}): string[] {
  return qemuArguments({
    name: "dev",
    platform: "linux",
    architecture: "amd64",
    acceleration: { name: "tcg", args: ["-accel", "tcg,thread=multi", "-cpu", "max"] },
    cpuCount: 2,
    memoryMb: 1024,
    diskPath: "/m/disk.qcow2",
    seedPath: "/m/seed.iso",
    extraDisks: [],
    consolePath: "/m/console.log",
    macAddress: "52:54:00:0a:0b:0c",
    network: { type: "user", forwards: [LOCAL_SSH] },
    shares: [],
    ...given,
  });
}

/** All values of an option. */
function valuesOf(args: readonly string[], option: string): string[] {
  return args.flatMap((argument, index) => (argument === option ? [args[index + 1] ?? ""] : []));
}

describe("QEMU's command line", () => {
  test("takes neither the user's configuration nor default devices, and shows nothing", () => {
    const args = argumentsOf();
    expect(args).toEqual(expect.arrayContaining(["-no-user-config", "-nodefaults"]));
    expect(valuesOf(args, "-display")).toEqual(["none"]);
    expect(valuesOf(args, "-serial")).toEqual(["chardev:console"]);
    expect(args).not.toContain("-monitor");
  });

  test("has processors, memory and the accelerator as they were tried", () => {
    const args = argumentsOf({ acceleration: { name: "kvm", args: ["-accel", "kvm", "-cpu", "host"] } });
    expect(valuesOf(args, "-accel")).toEqual(["kvm"]);
    expect(valuesOf(args, "-cpu")).toEqual(["host"]);
    expect(valuesOf(args, "-smp")).toEqual(["2"]);
    expect(valuesOf(args, "-m")).toEqual(["1024M"]);
  });

  test("doubles commas in paths", () => {
    const args = argumentsOf({
      diskPath: "/a,b/disk.qcow2",
      consolePath: "/a,b/console.log",
      extraDisks: [{ path: "/x,y.raw", format: "raw" }],
      shares: [{ type: "9p", tag: "share0", directory: "/s,t" }],
    });
    expect(valuesOf(args, "-blockdev")).toContain("driver=file,node-name=disk-file,filename=/a,,b/disk.qcow2,discard=unmap");
    expect(valuesOf(args, "-chardev")).toContain("file,id=console,path=/a,,b/console.log");
    expect(valuesOf(args, "-fsdev")).toContain("local,id=share0,path=/s,,t,security_model=none");
  });

  test("opens the seed read-only, and boots from the disk alone", () => {
    const args = argumentsOf();
    expect(valuesOf(args, "-blockdev")).toContain("driver=raw,node-name=seed,file=seed-file,read-only=on");
    expect(valuesOf(args, "-device")).toContain("virtio-blk-pci,drive=disk,bootindex=1");
    expect(valuesOf(args, "-boot")).toEqual(["strict=on"]);
  });

  test("gives other disks names that the guest finds", () => {
    const args = argumentsOf({ extraDisks: [{ path: "/x.vmdk", format: "vmdk" }] });
    expect(valuesOf(args, "-blockdev")).toContain("driver=vmdk,node-name=extra0,file=extra0-file,discard=unmap");
    expect(valuesOf(args, "-device")).toContain("virtio-blk-pci,drive=extra0,serial=extra0");
  });

  test.each<[Network, string]>([
    [
      { type: "user", forwards: [LOCAL_SSH, { address: "0.0.0.0", hostPort: 53, guestPort: 5353, protocol: "udp" }] },
      "user,id=net0,hostfwd=tcp:127.0.0.1:50022-:22,hostfwd=udp:0.0.0.0:53-:5353",
    ],
    [{ type: "bridge", bridge: "br0" }, "bridge,id=net0,br=br0"],
    [{ type: "tap", device: "tap0" }, "tap,id=net0,ifname=tap0,script=no,downscript=no"],
    [{ type: "vmnet-shared" }, "vmnet-shared,id=net0"],
  ])("connects to the network %j", (network, expected) => {
    expect(valuesOf(argumentsOf({ network }), "-netdev")).toEqual([expected]);
  });

  test("of an arm64 guest has the machine `virt`, its newest interrupt controller where that is emulated, and UEFI", () => {
    const uefi = { firmware: { codePath: "/fw/code.fd", format: "raw", sizeBytes: 64 }, variablesPath: "/m/vars.fd" } as const;
    const arm = { architecture: "arm64", uefi } as const;
    expect(valuesOf(argumentsOf(arm), "-machine")).toEqual(["virt,gic-version=max,pflash0=firmware,pflash1=variables"]);
    const hvf = { name: "hvf", args: ["-accel", "hvf", "-cpu", "host"] } as const;
    const args = argumentsOf({ ...arm, acceleration: hvf, platform: "darwin" });
    expect(valuesOf(args, "-machine")).toEqual(["virt,pflash0=firmware,pflash1=variables"]);
    expect(valuesOf(args, "-blockdev")).toContain("driver=raw,node-name=firmware,file=firmware-file,read-only=on");
    expect(valuesOf(args, "-blockdev")).toContain("driver=raw,node-name=variables,file=variables-file");
    expect(valuesOf(args, "-boot")).toEqual([]);
  });

  test.each(["darwin", "win32"] as const)("has nothing that only Linux has, on %s", (platform) => {
    const args = argumentsOf({ platform });
    expect(args).not.toContain("-sandbox");
    expect(args.join(" ")).not.toContain("memfd");
  });

  test("refuses obsolete system calls on Linux", () => {
    expect(valuesOf(argumentsOf(), "-sandbox")).toHaveLength(1);
  });

  test("shares its memory with virtiofsd, and only then", () => {
    expect(argumentsOf()).not.toContain("-object");
    const args = argumentsOf({ shares: [{ type: "virtiofs", tag: "share0", socketPath: "/m/share0.sock" }] });
    expect(valuesOf(args, "-object")).toEqual(["memory-backend-memfd,id=memory,size=1024M,share=on"]);
    expect(valuesOf(args, "-machine")).toEqual(["q35,memory-backend=memory"]);
    expect(valuesOf(args, "-device")).toContain("vhost-user-fs-pci,chardev=share0,tag=share0");
  });

  test("waits with the machine type that saved memory belongs to", () => {
    const args = argumentsOf({ machineType: "pc-q35-7.2", startsPaused: true });
    expect(valuesOf(args, "-machine")).toEqual(["pc-q35-7.2"]);
    expect(args).toContain("-S");
    expect(argumentsOf()).not.toContain("-S");
  });
});
