import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { installVirtualBox, type VirtualBoxOptions } from "./install.js";
import { Edition } from "./model/edition.js";
import { isAllowedAddress } from "./network/allowed-ranges.js";
import { vboxManage } from "./vbox-manage.js";

const worlds: ReturnType<typeof installVirtualBox>[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.close())));

/** A VirtualBox whose commands run in this process, which is quicker than a process each. */
function install(options: VirtualBoxOptions = {}) {
  const world = installVirtualBox(options);
  worlds.push(world);
  const run = async (...words: readonly string[]) => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const print = (line: string) => void stdout.push(`${line}\n`);
    const printError = (text: string) => void stderr.push(text);
    const code = await vboxManage(words, { home: world.home, env: {}, print, printError });
    return { stdout: stdout.join(""), stderr: stderr.join(""), code };
  };
  return { ...world, run };
}

/** What `showvminfo --machinereadable` says, as a map. */
async function shown(world: ReturnType<typeof install>, machine: string): Promise<Map<string, string>> {
  const { stdout } = await world.run("showvminfo", machine, "--machinereadable");
  const lines = stdout.split("\n");
  return new Map(lines.map((line) => line.replaceAll('"', "").split("=") as [string, string]));
}

describe("VBoxManage's stand-in", () => {
  it("keeps a machine from createvm to unregistervm, and nothing after", async () => {
    const world = install();
    const created = await world.run("createvm", "--name", "dev", "--ostype", "Debian_64", "--register");
    expect(created.stdout).toMatch(
      /^Virtual machine 'dev' is created and registered\.\nUUID: [0-9a-f-]{36}\nSettings file: '.*\/dev\/dev\.vbox'\n$/,
    );
    const changed = await world.run(
      "modifyvm",
      "dev",
      "--memory",
      "512",
      "--natdnshostresolver1",
      "on",
      "--nat-dns-proxy1=off",
      "--natpf1",
      "ssh,tcp,127.0.0.1,2222,,22",
    );
    expect(changed).toEqual({ stdout: "", stderr: "", code: 0 });
    expect((await world.run("createmedium", "--filename", join(world.home, "VirtualBox VMs/dev/disk.vdi"), "--size", "16")).code).toBe(0);
    await world.run("storagectl", "dev", "--name", "SATA", "--add", "sata", "--portcount", "2");
    await world.run(
      "storageattach",
      "dev",
      "--storagectl",
      "SATA",
      "--port",
      "1",
      "--type",
      "hdd",
      "--medium",
      join(world.home, "VirtualBox VMs/dev/disk.vdi"),
    );
    const facts = await shown(world, "dev");
    expect([facts.get("VMState"), facts.get("memory"), facts.get("Forwarding(0)"), facts.get("SATA-0-0")]).toEqual([
      "poweroff",
      "512",
      "ssh,tcp,127.0.0.1,2222,,22",
      "none",
    ]);
    expect(facts.get("SATA-1-0")).toMatch(/disk\.vdi$/);
    expect((await world.run("unregistervm", "dev", "--delete")).code).toBe(0);
    expect(await world.residue()).toEqual({ machines: [], media: [], processes: [], interfaces: [], dhcpServers: [], files: [] });
  });

  it("says no in VirtualBox's words and with its exit codes", async () => {
    const world = install();
    await world.run("createvm", "--name", "dev", "--register");
    await world.run("modifyvm", "dev", "--natpf1", "ssh,tcp,127.0.0.1,2222,,22");
    const refusals: [string[], number, RegExp][] = [
      [
        ["showvminfo", "nobody"],
        1,
        /^VBoxManage: error: Could not find a registered machine named 'nobody'\nVBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND \(0x80bb0001\), component VirtualBoxWrap, interface IVirtualBox, callee nsISupports\nVBoxManage: error: Context: "FindMachine/,
      ],
      [["createvm", "--name", "dev", "--register"], 1, /error: Machine settings file '.*dev\.vbox' already exists\n.*VBOX_E_FILE_ERROR/],
      [
        ["modifyvm", "dev", "--memory", "3"],
        1,
        /error: Invalid RAM size: 3 MB \(must be in range \[4, 2097152\] MB\)\n.*NS_ERROR_INVALID_ARG/,
      ],
      [["modifyvm", "dev", "--no-such", "3"], 2, /error: Unknown option: --no-such\n/],
      [["modifyvm", "dev", "--nic9", "nat"], 1, /error: No network adapter in slot 8 \(total 8 adapters\)/],
      [["modifyvm", "dev", "--natpf1", "ssh,tcp,,1,,2"], 1, /error: A NAT rule of this name already exists\n/],
      [
        ["modifyvm", "dev", "--natpf1", "delete", "none"],
        1,
        /error: Code NS_ERROR_INVALID_ARG \(0x80070057\) - Invalid argument value \(extended info not available\)\n/,
      ],
      [
        ["storageattach", "dev", "--storagectl", "SATA", "--port", "0", "--type", "hdd", "--medium", "none"],
        1,
        /error: Could not find a storage controller named 'SATA'/,
      ],
      [["controlvm", "dev", "poweroff"], 1, /^VBoxManage: error: Machine 'dev' is not currently running\.\n$/],
      [["hostonlynet", "add"], 2, /error: Invalid command 'hostonlynet'/],
      [["nonsense"], 2, /error: Invalid command 'nonsense'/],
    ];
    for (const [args, code, stderr] of refusals)
      expect({ args, ...(await world.run(...args)) }).toMatchObject({ args, code, stderr: expect.stringMatching(stderr) });
    expect((await shown(world, "dev")).get("memory")).toBe("128");
  });

  it("is another VirtualBox by version and platform", async () => {
    const old = install({ version: "6.1.50" });
    await old.run("createvm", "--name", "dev", "--register");
    expect((await old.run("--version")).stdout).toBe("6.1.50r161033\n");
    expect((await old.run("modifyvm", "dev", "--nat-dns-proxy1", "on")).code).toBe(2);
    expect((await old.run("modifyvm", "dev", "--natdnsproxy1", "on")).code).toBe(0);
    expect((await shown(old, "dev")).has("encryption")).toBe(false);
    const mac = install({ version: "7.0.20", platform: "darwin" });
    expect(await mac.run("hostonlyif", "create")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Unknown sub-command 'create'"),
    });
    expect(
      (
        await mac.run(
          "hostonlynet",
          "add",
          "--name",
          "net",
          "--netmask",
          "255.255.255.0",
          "--lower-ip",
          "192.168.59.1",
          "--upper-ip",
          "192.168.59.9",
        )
      ).code,
    ).toBe(0);
    expect((await mac.run("list", "hostonlynets")).stdout).toMatch(
      /^Name: {12}net\nGUID: .*\n\nState: {11}Enabled\nNetworkMask: {5}255\.255\.255\.0\n/,
    );
  });

  it("has a factory DHCP server, and checks the ranges of others", async () => {
    const world = install();
    const add = (...more: string[]) =>
      world.run("dhcpserver", "add", "--ip", "192.168.59.2", "--netmask", "255.255.255.0", ...more, "--enable");
    const range = ["--lowerip", "192.168.59.100", "--upperip", "192.168.59.254"];
    expect(await add("--netname", "HostInterfaceNetworking-vboxnet0", ...range)).toMatchObject({
      code: 2,
      stderr: "VBoxManage: error: DHCP server already exists\n",
    });
    expect((await add("--netname", "other", "--lowerip", "192.168.59.100", "--upperip", "192.168.60.1")).stderr).toMatch(
      /error: Invalid range upper address\n/,
    );
    expect((await add("--netname", "other", ...range)).code).toBe(0);
    expect((await world.run("list", "dhcpservers")).stdout).toContain(
      "NetworkName:    other\nDhcpd IP:       192.168.59.2\nLowerIPAddress: 192.168.59.100\n",
    );
  });

  it("takes many changes at once, each as a program", async () => {
    const world = install();
    const create = (name: string) =>
      new Promise((done) => execFile(join(world.bin, "VBoxManage"), ["createvm", "--name", name, "--register"], (error) => done(error)));
    expect(await Promise.all(["a", "b", "c"].map(create))).toEqual([null, null, null]);
    const { stdout } = await world.run("list", "vms");
    expect(stdout.match(/^"[abc]" \{[0-9a-f-]{36}\}$/gm)).toHaveLength(3);
  });

  it("reads disks that other programs wrote, and knows them by their own UUID", async () => {
    const world = install();
    const [raw, disk] = [join(world.home, "disk.raw"), join(world.home, "disk.vdi")];
    writeFileSync(raw, Buffer.alloc(2 ** 20, 7));
    expect((await world.run("convertfromraw", raw, disk, "--format", "VDI")).code).toBe(0);
    const before = (await world.run("showmediuminfo", "disk", disk)).stdout;
    expect(before).toMatch(/^UUID: {11}[0-9a-f-]{36}\nParent UUID: {4}base\nState: {10}created\n/);
    expect((await world.run("modifymedium", "disk", disk, "--resize", "32")).code).toBe(0);
    const after = (await world.run("showmediuminfo", "disk", disk)).stdout;
    expect(after.split("\n")[0]).toBe(before.split("\n")[0]);
    expect(after).toContain("Capacity:       32 MBytes\n");
    expect((await world.run("closemedium", "disk", disk, "--delete")).code).toBe(0);
    expect(existsSync(disk)).toBe(false);
    expect((await world.run("showmediuminfo", "disk", disk)).stderr).toMatch(
      /error: Could not find file for the medium '.*disk\.vdi' \(VERR_FILE_NOT_FOUND\)\n/,
    );
  });
});

describe("the ranges of host-only networks", () => {
  const edition = (version: string, more: Partial<Edition> = {}) =>
    new Edition({
      version,
      platform: "linux",
      architecture: "x86",
      hasKernelNetwork: false,
      accelerator: "tcg",
      networksConfiguration: "/nonexistent",
      ...more,
    });

  it("are 192.168.56.0/21 since 6.1.28, but not on Windows", async () => {
    const verdicts = [edition("7.0.20"), edition("6.1.26"), edition("7.0.20", { platform: "win32" })].map((one) =>
      isAllowedAddress("192.168.99.1", one),
    );
    expect(verdicts).toEqual([false, true, true]);
    expect(
      ["192.168.56.1", "192.168.63.254", "192.168.64.1", "192.168.55.1"].map((address) => isAllowedAddress(address, edition("7.0.20"))),
    ).toEqual([true, true, false, false]);
  });

  it("are those of networks.conf where there is one", async () => {
    const world = install();
    writeFileSync(world.networksConfiguration, "# ours\n* 10.0.0.0/8 192.168.0.0/16\n*2001::/64\n");
    const own = edition("7.0.20", { networksConfiguration: world.networksConfiguration });
    expect(["10.1.2.3", "192.168.99.1", "172.16.0.1"].map((address) => isAllowedAddress(address, own))).toEqual([true, true, false]);
  });
});
