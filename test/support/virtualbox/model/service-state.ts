import type { Machine } from "./machine.ts";

/** A disk, ISO or floppy image that VirtualBox knows. */
export interface Medium {
  readonly id: string;
  readonly kind: "hdd" | "dvddrive" | "fdd";
  location: string;
  /** `VDI`, `VMDK`, `RAW`, … */
  format: string;
  variant: "dynamic" | "fixed";
  /** The guest's view, in bytes. */
  capacity: number;
  type: string;
  /** A process that is writing it just now (create, clone, resize). */
  writer: number | undefined;
}

/** A host-only interface of this VirtualBox. */
export interface HostOnlyInterface {
  readonly name: string;
  address: string;
  netmask: string;
  address6: string;
  prefix6: number;
  isUp: boolean;
}

/** A host-only network (vmnet), VirtualBox 7 on macOS. */
export interface HostOnlyNetwork {
  id: string;
  name: string;
  netmask: string;
  lower: string;
  upper: string;
  isEnabled: boolean;
}

/** A DHCP server of a network, `HostInterfaceNetworking-vboxnet0`. */
export interface DhcpServer {
  readonly network: string;
  address: string;
  netmask: string;
  lower: string;
  upper: string;
  isEnabled: boolean;
  /** dnsmasq, while a machine on the network runs. */
  process: { readonly pid: number; readonly started: string } | undefined;
}

/** A NAT network. */
export interface NatNetwork {
  readonly name: string;
  network: string;
  isEnabled: boolean;
  hasDhcp: boolean;
}

/** All that VBoxSVC holds: what VirtualBox.xml, the settings files of registered machines and its memory hold. */
export interface ServiceState {
  machines: Machine[];
  media: Medium[];
  hostOnlyInterfaces: HostOnlyInterface[];
  hostOnlyNetworks: HostOnlyNetwork[];
  dhcpServers: DhcpServer[];
  natNetworks: NatNetwork[];
  extraData: Record<string, string>;
  machineFolder: string;
}

/** The DHCP server that every new VirtualBox has for its first host-only interface, whether that is there or not (MainConfigFile in Settings.cpp). */
export const FACTORY_DHCP_SERVER: DhcpServer = {
  network: "HostInterfaceNetworking-vboxnet0",
  address: "192.168.56.100",
  netmask: "255.255.255.0",
  lower: "192.168.56.101",
  upper: "192.168.56.254",
  isEnabled: true,
  process: undefined,
};

/** What a fresh installation holds. */
export function newServiceState(machineFolder: string): ServiceState {
  return {
    machines: [],
    media: [],
    hostOnlyInterfaces: [],
    hostOnlyNetworks: [],
    dhcpServers: [{ ...FACTORY_DHCP_SERVER }],
    natNetworks: [],
    extraData: {},
    machineFolder,
  };
}
