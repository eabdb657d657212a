import type { OptionSpecs, OptionValues } from "@docker-machine/driver-sdk";
import { parseExtraDisk } from "./extra-disk-option.js";
import { checkNetworkOptions } from "./network-options.js";
import { checkPortForwards } from "./port-forward.js";
import { checkSharedFolders } from "./shared-folder-option.js";

/** `DEFAULT_IMAGE` of cloud-image, which is not loaded for the options alone. A test holds them equal. */
const DEFAULT_IMAGE = "debian-13";

/**
 * The options of the driver `qemu`. Names are those of the Go driver docker-machine-driver-qemu, where it has the same; its `QEMU_*` variables, too.
 */
export const qemuOptions = {
  cpuCount: {
    type: "integer",
    flag: "qemu-cpu-count",
    env: "QEMU_CPU_COUNT",
    usage: "Number of virtual CPUs (default: 2, or as many as the computer has)",
    minimum: 1,
    maximum: 255,
  },
  memory: { type: "integer", flag: "qemu-memory", env: "QEMU_MEMORY", usage: "Memory in MB", default: 2048, minimum: 256 },
  diskSize: {
    type: "integer",
    flag: "qemu-disk-size",
    env: "QEMU_DISK_SIZE",
    usage: "Size of the disk in MB; it takes room as it fills",
    default: 20_000,
    minimum: 1000,
  },
  extraDisks: {
    type: "string-list",
    flag: "qemu-extra-disk",
    env: "QEMU_EXTRA_DISK",
    usage: "Another disk: a size in MB, or an existing disk image's path (repeatable)",
  },
  image: {
    type: "string",
    flag: "qemu-image",
    env: "QEMU_IMAGE",
    usage: "Cloud image: a name such as ubuntu-24.04, an https URL with #sha256=HEX, or a file",
    default: DEFAULT_IMAGE,
  },
  architecture: {
    type: "string",
    flag: "qemu-architecture",
    env: "QEMU_ARCHITECTURE",
    usage: "The guest's processor: amd64 or arm64 (default: the computer's)",
    choices: ["amd64", "arm64"],
  },
  accelerator: {
    type: "string",
    flag: "qemu-accelerator",
    env: "QEMU_ACCELERATOR",
    usage: "kvm, hvf, whpx, tcg, or auto for the fastest that works",
    default: "auto",
    choices: ["auto", "kvm", "hvf", "whpx", "tcg"],
  },
  firmware: {
    type: "string",
    flag: "qemu-firmware",
    env: "QEMU_FIRMWARE",
    usage: "bios, uefi, or auto: uefi for arm64, else bios",
    default: "auto",
    choices: ["auto", "bios", "uefi"],
  },
  sshUser: { type: "string", flag: "qemu-ssh-user", env: "QEMU_SSH_USER", usage: "User that is made and logged in as", default: "docker" },
  userdata: {
    type: "string",
    flag: "qemu-userdata",
    env: "QEMU_USERDATA",
    usage: "File with cloud-init user data, merged with docker-machine's",
  },
  network: {
    type: "string",
    flag: "qemu-network",
    env: "QEMU_NETWORK",
    usage: "user (ports forwarded from 127.0.0.1), bridge, tap, or vmnet-shared (macOS)",
    default: "user",
    choices: ["user", "bridge", "tap", "vmnet-shared"],
  },
  networkBridge: {
    type: "string",
    flag: "qemu-network-bridge",
    env: "QEMU_NETWORK_BRIDGE",
    usage: "Bridge to connect to, for --qemu-network bridge",
    default: "br0",
  },
  networkInterface: {
    type: "string",
    flag: "qemu-network-interface",
    env: "QEMU_NETWORK_INTERFACE",
    usage: "Existing tap device to connect to, for --qemu-network tap",
    default: "tap0",
  },
  networkAddress: {
    type: "string",
    flag: "qemu-network-address",
    env: "QEMU_NETWORK_ADDRESS",
    usage: "Fixed address with prefix, such as 192.0.2.10/24, on a network other than user (default: DHCP)",
  },
  networkGateway: {
    type: "string",
    flag: "qemu-network-gateway",
    env: "QEMU_NETWORK_GATEWAY",
    usage: "Gateway's address, for --qemu-network-address",
  },
  networkDns: {
    type: "string-list",
    flag: "qemu-network-dns",
    env: "QEMU_NETWORK_DNS",
    usage: "Name server's address, for --qemu-network-address (repeatable)",
  },
  ports: {
    type: "string-list",
    flag: "qemu-port",
    env: "QEMU_PORT",
    usage: "Forward [ADDRESS:]HOST:GUEST[/udp] from this computer, on 127.0.0.1 unless an address is given (repeatable)",
  },
  sharedFolders: {
    type: "string-list",
    flag: "qemu-share",
    env: "QEMU_SHARE",
    usage: "Share a folder: DIR:NAME (seen as /NAME) or DIR:/PATH (repeatable)",
  },
  shareType: {
    type: "string",
    flag: "qemu-share-type",
    env: "QEMU_SHARE_TYPE",
    usage: "How folders are shared: virtiofs, 9p, or auto",
    default: "auto",
    choices: ["auto", "9p", "virtiofs"],
  },
  // A proxy's URL may hold a password.
  httpProxy: { type: "string", flag: "qemu-http-proxy", env: "QEMU_HTTP_PROXY", usage: "URL of the guest's proxy for http", secret: true },
  httpsProxy: {
    type: "string",
    flag: "qemu-https-proxy",
    env: "QEMU_HTTPS_PROXY",
    usage: "URL of the guest's proxy for https",
    secret: true,
  },
  noProxy: {
    type: "string",
    flag: "qemu-no-proxy",
    env: "QEMU_NO_PROXY",
    usage: "Hosts that the guest reaches without proxy, separated by commas",
  },
  caFiles: {
    type: "string-list",
    flag: "qemu-ca-file",
    env: "QEMU_CA_FILE",
    usage: "PEM file of a certificate authority that the guest trusts (repeatable)",
  },
  stopTimeout: {
    type: "integer",
    flag: "qemu-stop-timeout",
    env: "QEMU_STOP_TIMEOUT",
    usage: "Seconds that the guest gets for shutting down, before its power is cut",
    default: 90,
    minimum: 1,
  },
} as const satisfies OptionSpecs;

/** The checked values of {@link qemuOptions}. */
export type QemuOptions = OptionValues<typeof qemuOptions>;

/**
 * Checks the forms of ports, disks, shared folders and network addresses, and that they fit together.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkQemuOptions(options: QemuOptions): void {
  options.extraDisks.forEach(parseExtraDisk);
  checkNetworkOptions(options);
  checkPortForwards(options);
  checkSharedFolders(options.sharedFolders);
}
