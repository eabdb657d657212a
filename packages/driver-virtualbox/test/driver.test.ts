import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDriverError, resolveOptions } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Computer } from "../src/computer.js";
import { VirtualBoxDriver } from "../src/driver.js";
import { virtualBoxOptions } from "../src/options.js";
import type { VirtualBoxState } from "../src/state.js";
import { quietComputer } from "./support/computer.js";
import { FakeVirtualBox } from "./support/fake-virtualbox.js";
import { rawDisk } from "./support/raw-disk.js";

let directory: string;
let image: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "virtualbox-driver-"));
  image = join(directory, "given.iso");
  await writeFile(image, rawDisk());
});

afterEach(() => rm(directory, { recursive: true }));

interface Setting {
  readonly box?: FakeVirtualBox;
  readonly state?: Partial<VirtualBoxState>;
  readonly flags?: Record<string, string | boolean>;
  readonly computer?: Computer;
  /** What `ip addr show` says in the guest. Default: it can't be logged in to. */
  readonly ipAddr?: () => string;
}

/** A driver of the machine "dev", which boots the given file as boot2docker ISO unless `flags` say otherwise. */
function driverOf({ box = new FakeVirtualBox(), state = {}, flags = {}, computer = quietComputer(), ipAddr }: Setting) {
  const host = new FakeHost({ run: box.run, directory, ...(ipAddr === undefined ? {} : { ssh: () => ({ stdout: ipAddr() }) }) });
  const given = { "virtualbox-boot2docker-url": image, "virtualbox-disk-size": "1", "virtualbox-no-vtx-check": true, ...flags };
  const options = resolveOptions(virtualBoxOptions, { flags: given });
  const machine = new FakeMachine<typeof virtualBoxOptions, VirtualBoxState>({ options, directory, state });
  return { driver: new VirtualBoxDriver(machine, host, computer), machine, host, box };
}

async function portInUse<T>(port: number, action: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    return await action();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

test("user data that cloud-init would not take is found before anything is made", async () => {
  const userdata = join(directory, "broken.yaml");
  await writeFile(userdata, "#cloud-config\nruncmd: [unclosed");
  const flags = { "virtualbox-boot2docker-url": "", "virtualbox-image": image, "virtualbox-userdata": userdata };
  await expect(driverOf({ flags }).driver.preCreateCheck()).rejects.toMatchObject({ code: "USER_DATA_INVALID" });
  await rm(userdata);
  await expect(driverOf({ flags }).driver.preCreateCheck()).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
});

describe("a machine of the Go program", () => {
  /** Its virtual machine, as that program leaves it behind: known by its name, behind an interface at its default address. */
  async function goMachine() {
    const box = new FakeVirtualBox();
    await box.run("", [
      "createvm",
      "--basefolder",
      directory,
      "--name",
      "dev",
      "--uuid",
      "99c6a563-deea-4673-81e3-860a818a6d72",
      "--register",
    ]);
    box.interfaces.set("vboxnet0", { address: "192.168.99.1", netmask: "255.255.255.0" });
    await box.run("", ["modifyvm", "dev", "--hostonlyadapter2", "vboxnet0", "--macaddress2", "080027aabbcc"]);
    await box.run("", ["modifyvm", "dev", "--natpf1", "ssh,tcp,127.0.0.1,41999,,22"]);
    const state = JSON.parse(await readFile(new URL("./fixtures/go-machine.json", import.meta.url), "utf8")).Driver;
    return driverOf({ box, state, flags: { "virtualbox-boot2docker-url": "" } });
  }

  test("is started, told its address and login, stopped and removed", async () => {
    const { driver, machine, box } = await goMachine();
    expect(await driver.status()).toBe("Stopped");
    await driver.start();
    expect(await driver.status()).toBe("Running");
    expect(await driver.url()).toBe(`tcp://${machine.state.IPAddress}:2376`);
    expect(await driver.sshEndpoint()).toMatchObject({ host: "127.0.0.1", port: machine.state.SSHPort, user: "docker" });
    expect(box.interfaces.size).toBe(1);
    await driver.stop();
    await driver.remove();
    expect(box.residue()).toEqual(["host-only interface vboxnet0", "DHCP server HostInterfaceNetworking-vboxnet0"]);
  });

  test("is known by its UUID from its first start on, so that it may be renamed in VirtualBox", async () => {
    const { driver, machine, box } = await goMachine();
    await driver.start();
    expect(machine.state.VMUUID).toBe("99c6a563-deea-4673-81e3-860a818a6d72");
    await driver.stop();
    expect(box.calls.filter((call) => call.startsWith("controlvm"))).toEqual([
      "controlvm 99c6a563-deea-4673-81e3-860a818a6d72 acpipowerbutton",
    ]);
  });

  test("keeps its fields, so that the Go program can take it back", async () => {
    const { driver, machine } = await goMachine();
    const before = machine.state;
    await driver.start();
    await driver.stop();
    expect({ ...machine.state, VMUUID: undefined, SSHPort: before.SSHPort }).toEqual({ ...before, VMUUID: undefined, IPAddress: "" });
  });
});

describe("create", () => {
  test("saves the Go program's fields", async () => {
    const { driver, machine } = driverOf({ flags: { "virtualbox-memory": "2048", "virtualbox-no-dns-proxy": true } });
    await driver.create();
    const go = JSON.parse(await readFile(new URL("./fixtures/go-machine.json", import.meta.url), "utf8")).Driver;
    const known = ["VBoxManager", "HostInterfaces", "MachineName", "StorePath", "SwarmMaster", "SwarmHost", "SwarmDiscovery"];
    const missing = Object.keys(go).filter((field) => !known.includes(field) && !(field in machine.state));
    expect(missing).toEqual([]);
    expect(machine.state).toMatchObject({ Memory: 2048, DNSProxy: false, CPU: 1, SSHUser: "docker", IPAddress: "192.168.59.100" });
  });

  test("runs the Go program's commands, in its order", async () => {
    const { driver, box } = driverOf({});
    await driver.create();
    const verbs = box.calls
      .map((call) => call.split(" ")[0] ?? "")
      .filter((verb) => verb.endsWith("vm") || verb.startsWith("storage") || verb === "sharedfolder");
    expect(verbs).toEqual([
      "createvm",
      "modifyvm",
      "storagectl",
      "storageattach",
      "storageattach",
      "sharedfolder",
      "modifyvm",
      "modifyvm",
      "startvm",
    ]);
    const settings = box.calls.find((call) => call.startsWith("modifyvm")) ?? "";
    expect(settings).toContain("--firmware bios --bioslogofadein off");
    expect(settings).toContain("--natdnshostresolver1 off --natdnsproxy1 on");
  });

  test("on an ARM computer makes an ARM guest", async () => {
    const { driver, box } = driverOf({ computer: quietComputer({ architecture: "arm64" }) });
    await driver.create();
    expect(box.calls.find((call) => call.startsWith("createvm"))).toContain("--platform-architecture arm --ostype Linux_arm64");
    expect(box.calls.find((call) => call.startsWith("modifyvm"))).toContain("--firmware efi --graphicscontroller qemuramfb");
    expect(box.calls.join("\n")).not.toContain("--pae");
  });

  test.each([
    ["-1", "--cpus 4 "],
    ["64", "--cpus 32 "],
  ])("takes --virtualbox-cpu-count %s as %s", async (count, expected) => {
    const { driver, box } = driverOf({ flags: { "virtualbox-cpu-count": count } });
    await driver.create();
    expect(box.calls.find((call) => call.startsWith("modifyvm"))).toContain(expected);
  });

  test("shares nothing with --virtualbox-no-share, and the given folder under its name", async () => {
    const silent = driverOf({ flags: { "virtualbox-no-share": true } });
    await silent.driver.create();
    expect(silent.box.calls.join("\n")).not.toContain("sharedfolder");
    await silent.driver.remove();
    const sharing = driverOf({ flags: { "virtualbox-share-folder": `${directory}:src` } });
    await sharing.driver.create();
    expect(sharing.box.vms[0]?.shares).toEqual(new Map([["src", directory]]));
  });

  test("refuses a VirtualBox that is too old, before anything is made", async () => {
    const { driver, box } = driverOf({ box: new FakeVirtualBox({ version: "5.2.44r139111" }) });
    await expect(driver.preCreateCheck()).rejects.toMatchObject({ code: "VIRTUALBOX_TOO_OLD" });
    expect(box.residue()).toEqual([]);
  });
});

describe("on macOS with VirtualBox 7", () => {
  test("machines share a host-only network, and tell their address over SSH", async () => {
    const box = new FakeVirtualBox();
    const ipAddr = () => {
      const mac = box.vms[0]?.fields.get("macaddress2") ?? "";
      return `2: eth1: <UP>\n    link/ether ${mac.replace(/(..)(?=.)/g, "$1:")} brd ff:ff:ff:ff:ff:ff\n    inet 192.168.59.101/24 scope global eth1\n`;
    };
    const { driver, machine } = driverOf({
      box,
      computer: quietComputer({ platform: "darwin" }),
      flags: { "virtualbox-no-share": true },
      ipAddr,
    });
    await driver.create();
    expect(machine.state.IPAddress).toBe("192.168.59.101");
    expect(box.nets.get("docker-machine-192.168.59.1")).toEqual({
      netmask: "255.255.255.0",
      lower: "192.168.59.100",
      upper: "192.168.59.254",
    });
    expect(box.calls.join("\n")).toContain("--nic2 hostonlynet --host-only-net2 docker-machine-192.168.59.1");
    expect(box.calls.join("\n")).not.toContain("hostonlyif");
    await driver.stop();
    await driver.start();
    await driver.remove();
    expect(box.residue()).toEqual([]);
  });
});

describe("without VirtualBox's DHCP server", () => {
  test("none is made, and the guest is asked for its address", async () => {
    const box = new FakeVirtualBox();
    const ipAddr = () => "2: eth1: <UP>\n    link/ether 08:00:27:00:00:00 brd ff:ff:ff:ff:ff:ff\n";
    const { driver } = driverOf({ box, flags: { "virtualbox-hostonly-no-dhcp": true }, ipAddr });
    await expect(driver.create()).rejects.toMatchObject({ code: "VIRTUALBOX_ADDRESS_MISSING" });
    expect(box.dhcpServers.size).toBe(0);
    await driver.remove();
    expect(box.residue()).toEqual([]);
  });
});

describe("start", () => {
  async function stopped() {
    const made = driverOf({});
    await made.driver.create();
    await made.driver.stop();
    return made;
  }

  test("keeps the forwarded port", async () => {
    const { driver, machine } = await stopped();
    const before = machine.state.SSHPort;
    await driver.start();
    expect(machine.state.SSHPort).toBe(before);
  });

  test("chooses another port if somebody listens on it meanwhile", async () => {
    const { driver, machine, box } = await stopped();
    const before = machine.state.SSHPort ?? 0;
    await portInUse(before, () => driver.start());
    expect(machine.state.SSHPort).not.toBe(before);
    expect([...(box.vms[0]?.forwards.values() ?? [])]).toEqual([`ssh,tcp,127.0.0.1,${machine.state.SSHPort},,22`]);
  });

  test("restores a saved machine, with another port if the old one is taken", async () => {
    const { driver, machine, box } = driverOf({});
    await driver.create();
    await driver.save();
    const { SSHPort: before = 0, IPAddress } = machine.state;
    await portInUse(before, () => driver.start());
    expect(machine.state.SSHPort).not.toBe(before);
    expect(machine.state.IPAddress).toBe(IPAddress);
    expect(box.calls.some((call) => call.includes("natpf1 delete ssh"))).toBe(true);
  });

  test("wakes a paused machine", async () => {
    const { driver, box } = driverOf({});
    await driver.create();
    await driver.pause();
    await driver.start();
    expect(box.calls.at(-1)).toMatch(/^controlvm \S+ resume$/);
  });

  test("makes the host-only network again if it is gone", async () => {
    const { driver, box } = await stopped();
    box.interfaces.clear();
    box.dhcpServers.clear();
    await driver.start();
    expect(box.interfaces.size).toBe(1);
    expect(await driver.status()).toBe("Running");
  });
});

describe("stop", () => {
  test("gives up after its deadline, and says how to cut the power", async () => {
    const { driver } = driverOf({ box: new FakeVirtualBox({ guestsListen: false }), flags: { "virtualbox-stop-timeout": "60" } });
    await driver.create();
    const error = await driver.stop().catch((reason: unknown) => reason);
    if (!isDriverError(error)) throw error;
    expect(error.code).toBe("VIRTUALBOX_STOP_TIMEOUT");
    expect(error.suggestions[0]).toBe("docker-machine kill dev");
  });

  test("wakes a paused machine before", async () => {
    const { driver } = driverOf({});
    await driver.create();
    await driver.pause();
    await driver.stop();
    expect(await driver.status()).toBe("Stopped");
  });
});

describe("a machine whose virtual machine was deleted in VirtualBox", () => {
  test("is NotFound, can't be started, and is removed", async () => {
    const { driver, box } = driverOf({});
    await driver.create();
    await driver.stop();
    box.vms.splice(0);
    expect(await driver.status()).toBe("NotFound");
    await expect(driver.start()).rejects.toMatchObject({ code: "VIRTUALBOX_VM_MISSING" });
    await driver.remove();
    expect(box.residue()).toEqual([]);
  });
});
