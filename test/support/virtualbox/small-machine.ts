import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { VirtualBoxWorld } from "./install.ts";
import { powerButtonGuest } from "./power-button-guest.ts";

/** Why no machine can be started on this computer, or `undefined`. */
export function virtualBoxImpossible(): string | undefined {
  if (process.getuid?.() !== 0) return "the stand-in's networks are made by root";
  const missing = ["qemu-system-x86_64", "qemu-img", "dnsmasq", "setpriv"].find((program) => !isProgram(program));
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Whether a program is in PATH. */
export function isProgram(name: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0"', name]).status === 0;
}

/** Makes a machine that boots the smallest guest from a VDI of its own, in its folder. Throws what VBoxManage said no to. */
export function makeMachine(world: VirtualBoxWorld, name: string): void {
  const raw = join(world.home, `${name}.raw`);
  const disk = join(world.home, "VirtualBox VMs", name, "disk.vdi");
  writeFileSync(raw, powerButtonGuest());
  const commands = [
    ["createvm", "--name", name, "--ostype", "Linux_64", "--register"],
    ["modifyvm", name, "--memory", "32", "--boot1", "disk"],
    ["convertfromraw", raw, disk],
    ["storagectl", name, "--name", "SATA", "--add", "sata", "--portcount", "2"],
    ["storageattach", name, "--storagectl", "SATA", "--port", "0", "--type", "hdd", "--medium", disk],
  ];
  for (const args of commands) {
    const { code, stderr } = world.run(...args);
    if (code !== 0) throw new Error(`VBoxManage ${args.join(" ")}: ${stderr}`);
  }
}

/** A machine's state, as showvminfo says it. */
export function stateOf(world: VirtualBoxWorld, name: string): string | undefined {
  return /^VMState="(.*)"$/m.exec(world.run("showvminfo", name, "--machinereadable").stdout)?.[1];
}
