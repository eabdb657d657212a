import type { NetworkInterface, Seed, SharedFolder } from "@docker-machine/cloud-image";
import { readFileOf } from "./file-option.js";
import type { QemuOptions } from "./options.js";
import type { QemuState, SharedFolderState } from "./state.js";

/** What a seed is made from, besides the options. */
export interface SeedParts {
  readonly machineName: string;
  readonly options: QemuOptions;
  readonly state: QemuState & { readonly Uuid: string; readonly MacAddress: string };
  readonly publicKey: string;
}

/**
 * What the guest is told at its first boot.
 *
 * @throws {DriverError} `FILE_UNREADABLE`
 */
export async function seedOf({ machineName, options, state, publicKey }: SeedParts): Promise<Seed> {
  const { httpProxy, httpsProxy, noProxy, userdata, caFiles, sshUser } = options;
  const proxy = { ...optional("http", httpProxy), ...optional("https", httpsProxy), ...optional("noProxy", noProxy) };
  return {
    instanceId: state.Uuid,
    hostname: machineName,
    user: sshUser,
    publicKey,
    ...(userdata === undefined || userdata === "" ? {} : { userData: await readFileOf("qemu-userdata", userdata) }),
    network: [networkInterface(options, state.MacAddress)],
    ...(Object.keys(proxy).length === 0 ? {} : { proxy }),
    caCertificates: await Promise.all(caFiles.map(async (path) => (await readFileOf("qemu-ca-file", path)).toString("utf8"))),
    mounts: (state.SharedFolders ?? []).map(mount),
  };
}

function networkInterface(options: QemuOptions, macAddress: string): NetworkInterface {
  const { networkAddress, networkGateway, networkDns } = options;
  if (networkAddress === undefined) return { macAddress, dhcp4: true };
  return {
    macAddress,
    addresses: [networkAddress],
    ...(networkGateway === undefined ? {} : { routes: [{ to: "default", via: networkGateway }] }),
    nameservers: networkDns,
  };
}

function mount({ Tag, GuestPath, Type }: SharedFolderState): SharedFolder {
  // 9p: what the kernel's documentation advises for virtio, with larger messages than its default (Documentation/filesystems/9p.rst).
  const options = Type === "9p" ? ["trans=virtio", "version=9p2000.L", "msize=131072"] : [];
  return { tag: Tag, path: GuestPath, type: Type, options };
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [P in K]: string });
}
