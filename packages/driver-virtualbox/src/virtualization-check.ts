import { readFileSync } from "node:fs";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Computer } from "./computer.js";
import { isAtLeast, parseVersion, type VirtualBoxVersion } from "./output/version.js";
import type { VBoxManage } from "./vboxmanage.js";

const CHECK_TIMEOUT_MS = 30_000;

/**
 * Checks that VirtualBox is there, new enough, and that its kernel modules are loaded.
 *
 * @throws {DriverError} `VIRTUALBOX_MISSING`, `VIRTUALBOX_TOO_OLD`, `VIRTUALBOX_KERNEL_MODULE_MISSING`
 */
export async function checkVirtualBox(vbox: VBoxManage, { architecture }: Computer): Promise<VirtualBoxVersion> {
  const said = await vbox.run(["--version"]);
  // VBoxManage's wrapper script on Linux says so before the version, and goes on.
  if (/kernel module is not loaded/.test(said)) {
    throw new DriverError("VIRTUALBOX_KERNEL_MODULE_MISSING", "VirtualBox's kernel modules are not loaded.", {
      suggestions: ["sudo /sbin/vboxconfig", "With Secure Boot on, the modules must be signed"],
    });
  }
  const version = parseVersion(said);
  const [major, minor] = architecture === "arm64" ? [7, 1] : [6, 1];
  if (version === undefined || !isAtLeast(version, major, minor)) {
    throw new DriverError(
      "VIRTUALBOX_TOO_OLD",
      `VirtualBox ${said.trim()} is too old: ${major}.${minor} or newer is needed on this computer.`,
      {
        suggestions: ["Install a newer VirtualBox: https://www.virtualbox.org/wiki/Downloads"],
      },
    );
  }
  return version;
}

/**
 * Checks that the processor's virtualization is on, as far as the operating system tells. Where it doesn't, nothing is said: starting will show.
 *
 * @throws {DriverError} `VIRTUALBOX_VTX_DISABLED`
 */
export async function checkVirtualization(host: Host, { platform, architecture }: Computer): Promise<void> {
  if (architecture === "arm64") return;
  if (platform === "linux") checkProcessorFlags(cpuInfo());
  if (platform === "win32") await checkWindows(host);
}

/** Linux lists `vmx` (Intel) or `svm` (AMD) for each processor that has virtualization, even while KVM holds it. */
export function checkProcessorFlags(cpuInfoText: string): void {
  const flags = /^flags\s*:(.*)$/m.exec(cpuInfoText)?.[1];
  if (flags !== undefined && !/\b(?:vmx|svm)\b/.test(flags)) throw disabled("the processor has neither vmx nor svm");
}

function cpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

/** Asks CIM through PowerShell, since wmic is gone from new Windows. With a hypervisor (Hyper-V) VirtualBox runs on top of it, slowly. */
async function checkWindows(host: Host): Promise<void> {
  const script =
    "$c = Get-CimInstance Win32_ComputerSystem; $p = Get-CimInstance Win32_Processor | Select-Object -First 1; " +
    '"$($c.HypervisorPresent) $($p.VirtualizationFirmwareEnabled)"';
  let said: string;
  try {
    const args = ["-NoProfile", "-NonInteractive", "-Command", script];
    said = (await host.run("powershell.exe", args, { timeoutMs: CHECK_TIMEOUT_MS })).stdout.trim();
  } catch (error) {
    host.log.debug(`PowerShell can't tell about virtualization: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  const [hypervisor, firmware] = said.split(/\s+/);
  if (hypervisor === "True")
    host.log.warn("Hyper-V is on, so VirtualBox runs on top of it, slowly. Turn it off with: bcdedit /set hypervisorlaunchtype off");
  else if (firmware === "False") throw disabled("Windows says that the firmware has it turned off");
}

function disabled(reason: string): DriverError {
  return new DriverError("VIRTUALBOX_VTX_DISABLED", `The processor's virtualization (VT-x or AMD-V) is not there: ${reason}.`, {
    suggestions: [
      "Turn on virtualization in the computer's firmware (BIOS or UEFI) settings",
      "If it is on, and this check is wrong: --virtualbox-no-vtx-check",
    ],
  });
}
