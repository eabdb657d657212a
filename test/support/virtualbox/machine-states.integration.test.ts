import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../free-port.js";
import { installVirtualBox, type VirtualBoxWorld } from "./install.js";
import { makeMachine, stateOf, virtualBoxImpossible } from "./small-machine.js";

const impossible = virtualBoxImpossible();
let world: VirtualBoxWorld;

beforeAll(() => {
  if (impossible !== undefined) return;
  world = installVirtualBox();
  makeMachine(world, "dev");
});
afterAll(() => world?.close());

async function until(state: string): Promise<void> {
  for (let round = 0; round < 100 && stateOf(world, "dev") !== state; round++) await sleep(100);
  expect(stateOf(world, "dev")).toBe(state);
}

/** Starts the machine; a lock that its last process hasn't let go of yet is waited for, as clients of VirtualBox have to. */
async function start(): Promise<void> {
  for (let round = 0; ; round++) {
    const { code, stderr } = world.run("startvm", "dev", "--type", "headless");
    if (code === 0) return;
    if (round === 50 || !stderr.includes("already locked")) throw new Error(stderr);
    await sleep(100);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function kill(command: string): Promise<void> {
  const { processes } = await world.residue();
  process.kill(processes.find((one) => one.command.startsWith(command))?.pid ?? 0, "SIGKILL");
}

describe.skipIf(impossible !== undefined)(
  `A machine of VBoxManage's stand-in${impossible === undefined ? "" : ` (skipped: ${impossible})`}`,
  () => {
    it("is powered off by its guest when the power button is pressed", async () => {
      await start();
      expect(stateOf(world, "dev")).toBe("running");
      expect(world.run("modifyvm", "dev", "--memory", "64").stderr).toContain("is already locked for a session (or being unlocked)");
      expect(world.run("unregistervm", "dev").stderr).toContain("Cannot unregister the machine 'dev' while it is locked");
      // A guest that has not come far yet does not see the button; people press again.
      while (stateOf(world, "dev") === "running") {
        world.run("controlvm", "dev", "acpipowerbutton");
        await sleep(300);
      }
      expect(stateOf(world, "dev")).toBe("poweroff");
    });

    it("is paused, saved and restored", async () => {
      await start();
      expect(world.run("controlvm", "dev", "pause").code).toBe(0);
      expect(world.run("controlvm", "dev", "acpipowerbutton").stderr).toContain("error: Invalid machine state: Paused\n");
      expect(world.run("controlvm", "dev", "resume").code).toBe(0);
      expect(world.run("controlvm", "dev", "savestate").code).toBe(0);
      expect(stateOf(world, "dev")).toBe("saved");
      await start();
      expect(stateOf(world, "dev")).toBe("running");
      expect(world.run("controlvm", "dev", "poweroff").code).toBe(0);
      expect(stateOf(world, "dev")).toBe("poweroff");
    });

    it.each(["qemu-system-x86_64", "VBoxHeadless"])("is aborted when %s is killed, and leaves no process", async (command) => {
      await start();
      await kill(command);
      await until("aborted");
      for (let round = 0; round < 100 && (await world.residue()).processes.length > 0; round++) await sleep(50);
      expect((await world.residue()).processes).toEqual([]);
    });

    it("forwards ports, also new ones while it runs, and starts without one that is taken", async () => {
      const [port, taken] = [await freePort(), createServer().listen(0, "127.0.0.1")];
      await once(taken, "listening");
      const { port: busy } = taken.address() as { port: number };
      expect(world.run("modifyvm", "dev", "--natpf1", `busy,tcp,127.0.0.1,${busy},,80`).code).toBe(0);
      await start();
      expect(readFileSync(join(world.home, "VirtualBox VMs/dev/Logs/VBox.log"), "utf8")).toContain(
        "NAT: failed to redirect tcp 127.0.0.1:",
      );
      expect(await answers(port)).toBe(false);
      expect(world.run("controlvm", "dev", "natpf1", `ssh,tcp,127.0.0.1,${port},,22`).code).toBe(0);
      expect(await answers(port)).toBe(true);
      expect(world.run("controlvm", "dev", "natpf1", "delete", "ssh").code).toBe(0);
      expect(await answers(port)).toBe(false);
      world.run("controlvm", "dev", "poweroff");
      taken.close();
    });

    it("does not start with a disk that a running machine has, or that is gone", async () => {
      const disk = join(world.home, "VirtualBox VMs/dev/disk.vdi");
      world.run("createvm", "--name", "other", "--register");
      world.run("storagectl", "other", "--name", "SATA", "--add", "sata");
      expect(world.run("storageattach", "other", "--storagectl", "SATA", "--port", "0", "--type", "hdd", "--medium", disk).code).toBe(0);
      await start();
      expect(world.run("startvm", "other", "--type", "headless").stderr).toContain("error: Locking of attached media failed.");
      world.run("controlvm", "dev", "poweroff");
      expect(world.run("unregistervm", "other", "--delete").code).toBe(0);
      expect(world.run("showmediuminfo", disk).code).toBe(0);
      rmSync(disk);
      for (let round = 0; round < 50 && world.run("modifyvm", "dev", "--memory", "32").code !== 0; round++) await sleep(100);
      expect(world.run("startvm", "dev").stderr).toContain(`error: Could not open the medium '${disk}'.\n`);
      expect(stateOf(world, "dev")).toBe("poweroff");
      expect(world.run("unregistervm", "dev", "--delete").code).toBe(0);
      expect(await world.residue()).toEqual({ machines: [], media: [], processes: [], interfaces: [], dhcpServers: [], files: [] });
    });
  },
);
