import { DriverError, type ErrorCode, type RunResult } from "@docker-machine/driver-sdk";

/** Whether VBoxManage failed: it also ends with exit code 0 after an "error:" on stderr, as the Go program knew. */
export function isRefused({ exitCode, stderr }: RunResult): boolean {
  return exitCode !== 0 || /^(?:VBoxManage(?:\.exe)?: )?error:/m.test(stderr);
}

/** Whether a failure passes by itself. */
export function isPassing({ stderr }: RunResult): boolean {
  return /The object is not ready|is already locked (?:by|for) a session \(or being (?:locked or )?unlocked\)|while it is locked/.test(
    stderr,
  );
}

interface Translation {
  readonly code: ErrorCode;
  readonly pattern: RegExp;
  readonly message: string;
  readonly suggestions: readonly string[];
}

/**
 * What VirtualBox says, and what it means. Texts and status codes are of VirtualBox's sources: `include/iprt/err.h` and `include/VBox/err.h` (`VERR_…`),
 * `src/VBox/Main/src-server/VirtualBoxImpl.cpp` (machines), `src/VBox/VMM/VMMR3/VM.cpp` (hypervisors).
 */
const TRANSLATIONS: readonly Translation[] = [
  {
    code: "VIRTUALBOX_VM_MISSING",
    pattern: /Could not find a registered machine (?:named|with UUID)/,
    message: "VirtualBox does not know the virtual machine.",
    suggestions: ["VBoxManage list vms", "If it was deleted in VirtualBox, forget it here, too: docker-machine rm NAME"],
  },
  {
    code: "VIRTUALBOX_NAME_TAKEN",
    pattern: /Registered machine with UUID [\s\S]* already exists/,
    message: "VirtualBox has a virtual machine of that name already.",
    suggestions: [
      "VBoxManage list vms",
      "Give the machine another name, or remove that virtual machine: VBoxManage unregistervm NAME --delete",
    ],
  },
  {
    code: "VIRTUALBOX_VM_NOT_RUNNING",
    pattern: /is not currently running/,
    message: "The virtual machine is not running.",
    suggestions: ["docker-machine start NAME"],
  },
  {
    code: "VIRTUALBOX_VTX_IN_USE",
    pattern: /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE/,
    message: "Another hypervisor uses the processor's virtualization, which only one can have.",
    suggestions: ["sudo modprobe -r kvm_intel kvm_amd kvm", "Or make machines with KVM instead: docker-machine create -d qemu NAME"],
  },
  {
    code: "VIRTUALBOX_VTX_DISABLED",
    pattern:
      /VERR_VMX_(?:NO_VMX|MSR_\w*DISABLED)|VERR_SVM_(?:NO_SVM|DISABLED)|VERR_NEM_(?:NOT_AVAILABLE|VM_CREATE_FAILED)|VT-x is (?:disabled|not available)|AMD-V is (?:disabled|not available)/,
    message: "The processor's virtualization (VT-x or AMD-V) is off, or this computer is itself a virtual machine without it.",
    suggestions: [
      "Turn on virtualization in the computer's firmware (BIOS or UEFI) settings",
      "On Windows, turn off Hyper-V: bcdedit /set hypervisorlaunchtype off",
    ],
  },
  {
    code: "VIRTUALBOX_KERNEL_MODULE_MISSING",
    pattern:
      /rc=-19(?:08|12)\b|VERR_VM_DRIVER_(?:NOT_INSTALLED|LOAD_ERROR|OPEN_ERROR|VERSION_MISMATCH)|vboxdrv kernel module is not loaded|vboxnetctl: no such device|\/dev\/vboxnetctl/,
    message: "VirtualBox's kernel modules are not loaded.",
    suggestions: [
      "sudo /sbin/vboxconfig",
      "With Secure Boot on, the modules must be signed; on macOS, allow VirtualBox in System Settings, Privacy & Security",
    ],
  },
  {
    code: "VIRTUALBOX_NETWORK_BROKEN",
    pattern:
      /VERR_INTNET_FLT_IF_NOT_FOUND|VERR_SUPDRV_COMPONENT_NOT_FOUND|Nonexistent host networking interface|Failed to open\/create the internal network/,
    message: "VirtualBox can't use the host-only network.",
    suggestions: ["VBoxManage list hostonlyifs", "Restart the computer, or reinstall VirtualBox: its network driver is not working"],
  },
  {
    code: "VIRTUALBOX_RANGE_REFUSED",
    pattern: /E_ACCESSDENIED[\s\S]*EnableStaticIPConfig/,
    message: "VirtualBox refuses the address of the host-only network.",
    suggestions: [
      "Allow its range in /etc/vbox/networks.conf with a line such as: * 192.168.56.0/21",
      "Or choose another: --virtualbox-hostonly-cidr 192.168.59.1/24",
    ],
  },
  {
    code: "VIRTUALBOX_DISK_FULL",
    pattern: /VERR_DISK_FULL|VERR_NO_SPACE|No space left on device/,
    message: "The disk of this computer is full.",
    suggestions: ["Free some space, and repeat the command"],
  },
  {
    code: "VIRTUALBOX_MEMORY_SHORT",
    pattern: /VERR_NO_MEMORY|VERR_NO_LOW_MEMORY|VERR_GMM_HIT_GLOBAL_LIMIT|Not enough (?:free )?memory/,
    message: "This computer has too little free memory for the virtual machine.",
    suggestions: ["Stop other machines, or create this one with less: --virtualbox-memory 512"],
  },
  {
    code: "VIRTUALBOX_MEDIUM_MISSING",
    pattern: /Could not find (?:file for the medium|an open (?:hard disk|medium|DVD))|VERR_FILE_NOT_FOUND|VERR_PATH_NOT_FOUND/,
    message: "A disk of the virtual machine is not where it was.",
    suggestions: ["VBoxManage list hdds"],
  },
];

/**
 * The error that a failed run of VBoxManage comes to: the code of a known trouble, else `VIRTUALBOX_COMMAND_FAILED` with what VBoxManage said.
 */
export function virtualBoxError(args: readonly string[], { exitCode, stderr, stdout }: RunResult): DriverError {
  const said = saidBy(stderr === "" ? stdout : stderr);
  const known = TRANSLATIONS.find(({ pattern }) => pattern.test(stderr));
  if (known !== undefined) {
    return new DriverError(known.code, `${known.message} ${said}`, { suggestions: known.suggestions });
  }
  const command = args.slice(0, 2).join(" ");
  return new DriverError("VIRTUALBOX_COMMAND_FAILED", `VBoxManage ${command} failed (exit code ${exitCode}): ${said}`, {
    suggestions: [`VBoxManage ${args.map(quoted).join(" ")}`],
  });
}

/** The error lines, without the program's name and without where in VirtualBox's sources they come from. */
function saidBy(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^VBoxManage(?:\.exe)?: error: /, "").trim())
    .filter((line) => line !== "" && !/^\d+%|^Context: |\.\.\.\d+%/.test(line));
  return lines.slice(0, 4).join(" ") || "it said nothing.";
}

function quoted(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : JSON.stringify(word);
}
