/** What `VBoxManage showvminfo --machinereadable` tells of a virtual machine. */
export interface VmInfo {
  readonly name: string;
  readonly uuid: string;
  /** `running`, `poweroff`, … ; empty if VirtualBox can't read the machine's settings. */
  readonly state: string;
  /** Where its .vbox file is. */
  readonly configPath: string;
  /** The host-only card, if it has one. */
  readonly hostOnly: HostOnlyCard | undefined;
  /** The names of its port forwards, and the port of this computer of each. */
  readonly forwards: ReadonlyMap<string, number>;
  readonly sharedFolders: readonly string[];
  readonly storageControllers: readonly string[];
  /** Any other field, by VirtualBox's name: `SATA-1-0`, `memory`. */
  field(name: string): string | undefined;
}

/** A card of the virtual machine in a host-only network. */
export interface HostOnlyCard {
  /** From 1. */
  readonly slot: number;
  /** The interface (`vboxnet0`) or, on macOS, the network. */
  readonly network: string;
  /** Twelve hexadecimal digits, in lower case. */
  readonly macAddress: string;
}

/** Reads `VBoxManage showvminfo --machinereadable`: lines of `key="value"`, `"key"="value"` or `key=value`. */
export function parseVmInfo(text: string): VmInfo {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, quotedKey, plainKey, quotedValue, plainValue] = /^(?:"((?:[^"\\]|\\.)*)"|([^"=]+))=(?:"(.*)"|(.*))$/.exec(line) ?? [];
    const key = quotedKey ?? plainKey;
    if (key !== undefined) fields.set(key, unescaped(quotedValue ?? plainValue ?? ""));
  }
  const valuesOf = (pattern: RegExp) => [...fields].flatMap(([key, value]) => (pattern.test(key) ? [value] : []));
  return {
    name: fields.get("name") ?? "",
    uuid: fields.get("UUID") ?? "",
    state: fields.get("VMState") ?? "",
    configPath: fields.get("CfgFile") ?? "",
    hostOnly: hostOnlyCard(fields),
    forwards: new Map(valuesOf(/^Forwarding\(\d+\)$/).map(forward)),
    sharedFolders: valuesOf(/^SharedFolderNameMachineMapping\d+$/),
    storageControllers: valuesOf(/^storagecontrollername\d+$/),
    field: (name) => fields.get(name),
  };
}

function hostOnlyCard(fields: ReadonlyMap<string, string>): HostOnlyCard | undefined {
  for (const [key, network] of fields) {
    const slot = /^(?:hostonlyadapter|hostonly-network)(\d+)$/.exec(key)?.[1];
    if (slot !== undefined) return { slot: Number(slot), network, macAddress: (fields.get(`macaddress${slot}`) ?? "").toLowerCase() };
  }
  return undefined;
}

/** `ssh,tcp,127.0.0.1,2222,,22`: name, protocol, address and port here, address and port in the guest. */
function forward(text: string): readonly [string, number] {
  const [name = "", , , port = ""] = text.split(",");
  return [name, Number(port)];
}

/** Quotes and backslashes are escaped by newer releases (a path of Windows), others are not. */
function unescaped(value: string): string {
  return value.replace(/\\(["\\])/g, "$1");
}
