import { existsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findVirtiofsd } from "../src/find-virtiofsd.ts";
import { errorOf } from "./support/error-of.ts";
import { realMachine } from "./support/real-machine.ts";

const hasVirtiofsd = await findVirtiofsd().then(
  () => true,
  () => false,
);

describe("a machine in this computer's QEMU", () => {
  test("is made, paused, saved, restored, stopped and removed, in a folder with commas in its name", async () => {
    const { driver, machine, directory } = await realMachine();
    await driver().preCreateCheck();
    await driver().create();
    expect(await driver().status()).toBe("Running");
    expect(await driver().url()).toBe(`tcp://127.0.0.1:${machine.state.EnginePort}`);
    expect(await driver().enginePort()).toBe(2376);
    expect(await driver().sshEndpoint()).toMatchObject({ host: "127.0.0.1", port: machine.state.SSHPort, user: "docker" });

    await driver().pause();
    expect(await driver().status()).toBe("Paused");
    await driver().start();
    expect(await driver().status()).toBe("Running");

    await driver().save();
    expect(await driver().status()).toBe("Saved");
    expect(existsSync(join(directory, "qemu.pid"))).toBe(false);
    expect(machine.state.SavedMachineType).toMatch(/^pc-q35-\d/);
    await driver().start();
    expect(await driver().status()).toBe("Running");
    expect(machine.state.SavedMachineType).toBeUndefined();

    // There is no system that could notice the power button.
    await driver().stop();
    expect(await driver().status()).toBe("Stopped");
    await driver().remove();
    expect(await driver().status()).toBe("NotFound");
    expect(existsSync(join(directory, "disk.qcow2"))).toBe(false);
  });

  test("that is saved and killed boots as if its power had been cut", async () => {
    const { driver, host, directory } = await realMachine();
    await driver().create();
    await driver().save();
    await driver().kill();
    expect(await driver().status()).toBe("Stopped");
    const { stdout } = await host.run("qemu-img", ["snapshot", "-l", join(directory, "disk.qcow2")]);
    expect(stdout).not.toContain("docker-machine");
    await driver().start();
    expect(await driver().status()).toBe("Running");
  });

  test("keeps its ports over a restart, and gets another one, with a word, where one is taken meanwhile", async () => {
    const { driver, machine, host } = await realMachine();
    await driver().create();
    const { SSHPort, EnginePort } = machine.state;
    await driver().kill();
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(EnginePort, "127.0.0.1", resolve));
    try {
      await driver().start();
    } finally {
      thief.close();
    }
    expect(machine.state.SSHPort).toBe(SSHPort);
    expect(machine.state.EnginePort).not.toBe(EnginePort);
    expect(host.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      expect.stringContaining(String(EnginePort)),
    ]);
  });

  test("has other disks: a new one, and one of the user's own that stays", async () => {
    const { driver, machine, host, directory } = await realMachine();
    const own = join(directory, "..", "own,disk.img");
    await writeFile(own, Buffer.alloc(1024 * 1024));
    const { driver: withDisks, machine: disked, directory: folder } = await realMachine({ "qemu-extra-disk": ["50", own] });
    await withDisks().create();
    expect(disked.state.ExtraDisks).toEqual([{ Format: "qcow2" }, { Path: own, Format: "raw" }]);
    expect(await withDisks().status()).toBe("Running");
    await withDisks().remove();
    expect(existsSync(join(folder, "extra0.qcow2"))).toBe(false);
    expect(existsSync(own)).toBe(true);
    expect(machine.state).toEqual({});
    expect(await driver().status()).toBe("NotFound");
    expect(host.runs).not.toEqual([]);
  });

  test("says what QEMU says when it can't start", async () => {
    const { driver } = await realMachine({
      "qemu-network": "tap",
      "qemu-network-interface": "no-such-tap",
      "qemu-network-address": "192.0.2.2/24",
    });
    expect(await errorOf(driver().preCreateCheck())).toMatchObject({ code: "NETWORK_DEVICE_MISSING" });
    const port = createServer();
    await new Promise<void>((resolve) => port.listen(0, "127.0.0.1", resolve));
    const address = port.address();
    const taken = await realMachine({ "qemu-port": [`${typeof address === "object" ? address?.port : 0}:80`] });
    try {
      expect(await errorOf(taken.driver().preCreateCheck())).toMatchObject({ code: "PORT_TAKEN" });
      expect(await errorOf(taken.driver().create())).toMatchObject({ code: "QEMU_PORT_TAKEN" });
    } finally {
      port.close();
    }
  });
});

test("user data that cloud-init would not take is found before anything is made", async () => {
  const { directory } = await realMachine();
  const userdata = join(directory, "broken.yaml");
  await writeFile(userdata, "#cloud-config\nruncmd: [unclosed");
  const { driver } = await realMachine({ "qemu-userdata": userdata });
  expect(await errorOf(driver().preCreateCheck())).toMatchObject({ code: "USER_DATA_INVALID" });
  const missing = await realMachine({ "qemu-ca-file": ["/does/not/exist"] });
  expect(await errorOf(missing.driver().preCreateCheck())).toMatchObject({ code: "FILE_UNREADABLE" });
});

describe("the disk of a machine", () => {
  test("takes little room, and the user's image is neither used nor written afterwards", async () => {
    const { driver, host, directory, machine } = await realMachine();
    const before = statSync(machine.options.image);
    await driver().create();
    await driver().kill();
    expect(statSync(join(directory, "disk.qcow2")).size).toBeLessThan(4 * 1024 * 1024);
    const after = statSync(machine.options.image);
    expect([after.mtimeMs, after.size, after.nlink]).toEqual([before.mtimeMs, before.size, 1]);
    const { stdout } = await host.run("qemu-img", ["info", "--output=json", join(directory, "disk.qcow2")]);
    expect(JSON.parse(stdout)).toMatchObject({ "virtual-size": 1000 * 1024 * 1024, "backing-filename": "image.qcow2" });
  });

  test("can be moved with its folder", async () => {
    const { driver, host, directory, machine } = await realMachine();
    await driver().create();
    await driver().kill();
    const elsewhere = `${directory}-moved`;
    await host.run("cp", ["-r", directory, elsewhere]);
    await host.run("rm", [join(directory, "image.qcow2"), machine.options.image]);
    const { stdout } = await host.run("qemu-img", ["info", "--output=json", "--backing-chain", join(elsewhere, "disk.qcow2")]);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });
});

describe("a folder of this computer", () => {
  test("is offered over 9p, which leaves the machine's memory to be saved while it isn't mounted", async () => {
    const { driver, machine, directory } = await realMachine({ "qemu-share": [`${tmpdir()}:/work`], "qemu-share-type": "9p" });
    await driver().create();
    expect(machine.state.SharedFolders).toEqual([{ Directory: tmpdir(), Tag: "share0", GuestPath: "/work", Type: "9p" }]);
    await driver().save();
    expect(await driver().status()).toBe("Saved");
    expect(existsSync(join(directory, "share0.sock"))).toBe(false);
  });

  test.skipIf(process.getuid?.() !== 0 || !hasVirtiofsd)(
    "is served over virtiofs to QEMU alone, until that ends (needs root and virtiofsd)",
    async () => {
      const { driver, machine, directory } = await realMachine({ "qemu-share": [`${tmpdir()}:src`] });
      await driver().create();
      expect(machine.state.SharedFolders).toEqual([{ Directory: tmpdir(), Tag: "share0", GuestPath: "/src", Type: "virtiofs" }]);
      expect(await driver().status()).toBe("Running");
      expect(await errorOf(driver().save())).toMatchObject({ code: expect.stringMatching(/^SAVE_/) });
      expect(await driver().status()).toBe("Running");
      await driver().kill();
      await driver().start();
      expect(await driver().status()).toBe("Running");
      await driver().remove();
      expect(existsSync(join(directory, "share0.sock"))).toBe(false);
    },
  );
});
