/** VirtualBox's machine states, by the short names of `showvminfo --machinereadable` (machineStateToName in VBoxManageInfo.cpp). */
export type MachineState = "poweroff" | "saved" | "aborted" | "running" | "paused" | "starting" | "stopping" | "saving" | "restoring";

/** A NAT rule: `name,tcp,hostip,hostport,guestip,guestport`. */
export interface ForwardingRule {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly guestAddress: string;
  readonly guestPort: number;
}

/** How an adapter is attached, as `modifyvm --nicN` says it. */
export type Attachment = "none" | "null" | "nat" | "bridged" | "intnet" | "hostonly" | "generic" | "natnetwork" | "hostonlynet";

/** One of a machine's eight network adapters. */
export interface Adapter {
  attachment: Attachment;
  type: string;
  /** Twelve upper-case hexadecimal digits. */
  mac: string;
  isCableConnected: boolean;
  promiscuous: "deny" | "allow-vms" | "allow-all";
  speed: number;
  /** Names of what it is attached to; each kind keeps its own. */
  hostOnlyInterface: string;
  hostOnlyNetwork: string;
  bridge: string;
  internalNetwork: string;
  natNetwork: string;
  genericDriver: string;
  rules: ForwardingRule[];
}

/** What hangs on a controller. Without `medium` it is an empty drive. */
export interface Attached {
  readonly port: number;
  readonly device: number;
  readonly kind: "hdd" | "dvddrive" | "fdd";
  medium?: string;
}

/** A storage bus, as `storagectl --add` names it. */
export type Bus = "ide" | "sata" | "scsi" | "floppy" | "sas" | "usb" | "pcie" | "virtio";

/** A storage controller. */
export interface Controller {
  name: string;
  readonly bus: Bus;
  type: string;
  ports: number;
  isBootable: boolean;
  usesHostCache: boolean;
  attached: Attached[];
}

/** A shared folder of a machine. */
export interface SharedFolder {
  readonly name: string;
  readonly path: string;
  readonly isWritable: boolean;
  readonly isMounted: boolean;
  readonly isTransient: boolean;
}

/** A snapshot; its disks are kept as copies. */
export interface Snapshot {
  readonly id: string;
  name: string;
  readonly description: string;
  readonly parent: string | undefined;
  readonly taken: number;
  /** Medium → the file that holds what it held. */
  readonly disks: Record<string, string>;
  readonly stateFile: string | undefined;
}

/** Who has a machine's lock: the process of the machine itself, or a VBoxManage that changes its settings. */
export interface Session {
  readonly kind: "vm" | "write";
  readonly pid: number;
  /** From /proc: tells the process from a later one with its number. */
  readonly started: string;
  readonly frontend: string;
}

/** A virtual machine as its settings file and VBoxSVC hold it. */
export interface Machine {
  readonly id: string;
  name: string;
  groups: string[];
  osType: string;
  settingsFile: string;
  hardwareUuid: string;
  /** By the keys of `showvminfo --machinereadable`; a missing one has its default. */
  settings: Record<string, string | number>;
  adapters: Adapter[];
  controllers: Controller[];
  sharedFolders: SharedFolder[];
  extraData: Record<string, string>;
  guestProperties: Record<string, string>;
  snapshots: Snapshot[];
  currentSnapshot: string | undefined;
  state: MachineState;
  /** When the state changed, in milliseconds since 1970. */
  stateSince: number;
  stateFile: string | undefined;
  session: Session | undefined;
}

/** How many network adapters a machine has (SystemProperties: PIIX3). */
export const ADAPTERS = 8;

/** An adapter as a new machine has it; the first one is attached to NAT (Machine::init with an OS type). */
export function newAdapter(slot: number, mac: string): Adapter {
  return {
    attachment: slot === 0 ? "nat" : "none",
    type: "82540EM",
    mac,
    isCableConnected: slot === 0,
    promiscuous: "deny",
    speed: 0,
    hostOnlyInterface: "",
    hostOnlyNetwork: "",
    bridge: "",
    internalNetwork: "intnet",
    natNetwork: "",
    genericDriver: "",
    rules: [],
  };
}

/** A MAC address in VirtualBox's range, 08:00:27 (Host::i_generateMACAddress). */
export function newMacAddress(): string {
  const tail = Array.from(crypto.getRandomValues(new Uint8Array(3)), (byte) => byte.toString(16).padStart(2, "0"));
  return `080027${tail.join("")}`.toUpperCase();
}
