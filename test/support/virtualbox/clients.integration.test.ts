import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { installVirtualBox, type VirtualBoxOptions, type VirtualBoxWorld } from "./install.js";
import { isProgram, makeMachine, stateOf, virtualBoxImpossible } from "./small-machine.js";

const impossible =
  virtualBoxImpossible() ?? ["packer", "vagrant"].map((name) => (isProgram(name) ? undefined : `${name} is not installed`)).find(Boolean);
const NOTHING = { machines: [], media: [], processes: [], interfaces: [], dhcpServers: [], files: [] };
const worlds: VirtualBoxWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())));

function install(options: VirtualBoxOptions): { world: VirtualBoxWorld; folder: string } {
  const world = installVirtualBox(options);
  worlds.push(world);
  const folder = join(world.home, "client");
  mkdirSync(folder);
  return { world, folder };
}

/** Runs a client in a folder with a home of its own. Its output, and whether it went well. */
async function client(world: VirtualBoxWorld, cwd: string, command: readonly string[]): Promise<{ output: string; isWell: boolean }> {
  const [program = "", ...args] = command;
  const own = {
    HOME: world.home,
    VAGRANT_HOME: join(world.home, "vagrant"),
    PACKER_CACHE_DIR: join(world.home, "packer"),
    CHECKPOINT_DISABLE: "1",
    VAGRANT_CHECKPOINT_DISABLE: "1",
  };
  const options = { cwd, env: { ...world.env, ...own, VAGRANT_NO_COLOR: "1" } };
  return promisify(execFile)(program, args, options).then(
    ({ stdout, stderr }) => ({ output: stdout + stderr, isWell: true }),
    (error) => ({ output: `${error.stdout}${error.stderr}`, isWell: false }),
  );
}

describe.skipIf(impossible !== undefined)(
  `Clients that know the real VirtualBox${impossible === undefined ? "" : ` (skipped: ${impossible})`}`,
  () => {
    it("packer builds a machine from an ISO with VirtualBox 6.1, and exports it", async () => {
      const { world, folder } = install({ version: "6.1.50" });
      writeFileSync(join(folder, "tiny.iso"), Buffer.alloc(2 ** 21));
      const builder = {
        type: "virtualbox-iso",
        vm_name: "packed",
        guest_os_type: "Debian_64",
        iso_url: join(folder, "tiny.iso"),
        iso_checksum: "none",
        communicator: "none",
        virtualbox_version_file: "",
        guest_additions_mode: "disable",
        hard_drive_interface: "sata",
        disk_size: "64",
        memory: 32,
        headless: true,
        boot_wait: "1s",
        boot_command: ["<enter>"],
        format: "ova",
        output_directory: join(folder, "out"),
      };
      writeFileSync(join(folder, "packed.json"), JSON.stringify({ builders: [builder] }));
      const built = await client(world, folder, ["packer", "build", "-color=false", "packed.json"]);
      expect(built).toMatchObject({ isWell: true, output: expect.stringContaining("Builds finished") });
      expect(spawnSync("tar", ["--list", "--file", join(folder, "out/packed.ova")], { encoding: "utf8" }).stdout).toBe(
        "packed.ovf\npacked-disk001.vmdk\n",
      );
      expect(await world.residue()).toEqual(NOTHING);
    });

    it("vagrant imports, starts, saves, halts and destroys a machine with VirtualBox 7", async () => {
      const { world, folder } = install({ version: "7.0.20", hasKernelNetwork: true });
      makeBox(world, folder);
      const vagrant = (...args: string[]) => client(world, folder, ["vagrant", ...args]);
      expect(await vagrant("box", "add", "--name", "tiny", "tiny.box")).toMatchObject({ isWell: true });
      const up = await vagrant("up", "--provider", "virtualbox");
      // The guest has no SSH server: all that is VirtualBox's went well.
      expect(up.output).toMatch(
        /Importing base box 'tiny'[\s\S]*Adapter 2: hostonly[\s\S]*22 \(guest\) => \d+ \(host\)[\s\S]*Booting VM[\s\S]*Timed out while waiting for the machine to boot/,
      );
      expect(stateOf(world, "fromvagrant")).toBe("running");
      expect(world.run("showvminfo", "fromvagrant", "--machinereadable").stdout).toMatch(
        /^memory=48$[\s\S]*^Forwarding\(0\)="ssh,tcp,127.0.0.1,\d+,,22"$[\s\S]*^nic2="hostonly"$/m,
      );
      expect((await vagrant("status")).output).toMatch(/^default +running \(virtualbox\)$/m);
      expect(await vagrant("suspend")).toMatchObject({ isWell: true });
      expect(stateOf(world, "fromvagrant")).toBe("saved");
      expect((await vagrant("resume")).output).toContain("Resuming suspended VM");
      expect(stateOf(world, "fromvagrant")).toBe("running");
      expect(await vagrant("halt", "--force")).toMatchObject({ isWell: true });
      expect(stateOf(world, "fromvagrant")).toBe("poweroff");
      expect(await vagrant("destroy", "--force")).toMatchObject({ isWell: true });
      for (const name of (await world.residue()).interfaces) expect(world.run("hostonlyif", "remove", name).code).toBe(0);
      expect(await world.residue()).toEqual(NOTHING);
    });
  },
);

/** Packs a box of the smallest guest, and a project that uses it. */
function makeBox(world: VirtualBoxWorld, folder: string): void {
  makeMachine(world, "boxed");
  expect(world.run("export", "boxed", "--output", join(folder, "box.ovf"))).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, "box-disk001.vmdk"))).toBe(true);
  world.run("unregistervm", "boxed", "--delete");
  writeFileSync(join(folder, "metadata.json"), '{"provider":"virtualbox"}');
  spawnSync("tar", ["--create", "--gzip", "--file", "tiny.box", "metadata.json", "box.ovf", "box-disk001.vmdk"], { cwd: folder });
  const lines = [
    'Vagrant.configure("2") do |config|',
    '  config.vm.box = "tiny"',
    "  config.vm.boot_timeout = 2",
    '  config.vm.base_mac = "080027AABBCC"',
    "  config.ssh.insert_key = false",
    '  config.vm.network "private_network", ip: "192.168.57.10"',
    '  config.vm.synced_folder ".", "/vagrant", disabled: true',
    '  config.vm.provider("virtualbox") { |box| box.name = "fromvagrant"; box.memory = 48; box.check_guest_additions = false }',
    "end",
  ];
  writeFileSync(join(folder, "Vagrantfile"), `${lines.join("\n")}\n`);
}
