import { readFile } from "node:fs/promises";
import type { Architecture } from "@docker-machine/cloud-image";

/** A family of Linux distributions, by the words of os-release(5)'s `ID` and `ID_LIKE`. */
type Family = "debian" | "fedora" | "arch" | "suse" | "alpine";

const FAMILIES: readonly Family[] = ["debian", "fedora", "arch", "suse", "alpine"];

/** Each family's command that installs QEMU, with UEFI firmware where that is a package of its own. */
const COMMANDS: Readonly<Record<Family, Readonly<Record<Architecture, string>>>> = {
  debian: {
    amd64: "sudo apt-get install qemu-system-x86 qemu-utils",
    arm64: "sudo apt-get install qemu-system-arm qemu-efi-aarch64 qemu-utils",
  },
  fedora: {
    amd64: "sudo dnf install qemu-system-x86-core qemu-img",
    arm64: "sudo dnf install qemu-system-aarch64-core edk2-aarch64 qemu-img",
  },
  arch: {
    amd64: "sudo pacman -S qemu-system-x86 qemu-img",
    arm64: "sudo pacman -S qemu-system-aarch64 edk2-aarch64 qemu-img",
  },
  suse: {
    amd64: "sudo zypper install qemu-x86 qemu-tools",
    arm64: "sudo zypper install qemu-arm qemu-uefi-aarch64 qemu-tools",
  },
  alpine: {
    amd64: "sudo apk add qemu-system-x86_64 qemu-img",
    arm64: "sudo apk add qemu-system-aarch64 aavmf qemu-img",
  },
};

/** How to install QEMU on this system: one command, or one for each system that it may be. */
export async function installSuggestions(
  architecture: Architecture,
  platform: NodeJS.Platform,
  osRelease = "/etc/os-release",
): Promise<readonly string[]> {
  if (platform === "darwin") return ["brew install qemu"];
  if (platform === "win32") return ["winget install --id SoftwareFreedomConservancy.QEMU"];
  const family = familyOf(await readFile(osRelease, "utf8").catch(() => ""));
  if (family !== undefined) return [COMMANDS[family][architecture]];
  return FAMILIES.map((each) => COMMANDS[each][architecture]);
}

/** The family in an os-release file. RHEL and its like are `fedora` by their `ID_LIKE`, Ubuntu is `debian`. */
export function familyOf(osRelease: string): Family | undefined {
  const words = [...osRelease.matchAll(/^ID(?:_LIKE)?=["']?([^"'\n]*)/gm)].flatMap(([, value = ""]) => value.split(/[\s-]+/));
  return FAMILIES.find((family) => words.includes(family) || (family === "suse" && words.includes("opensuse")));
}
