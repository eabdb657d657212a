import { DriverError, type OptionSpecs, type OptionValues } from "@docker-machine/driver-sdk";
import { parseHostOnlyCidr } from "./host-only-cidr.js";
import { parseShareFolder } from "./shared-folder.js";

/** `DEFAULT_IMAGE` of cloud-image, which is not loaded for the options alone. A test holds them equal. */
const DEFAULT_IMAGE = "debian-13";

/** The host-only address that is used unless the user wants another: inside 192.168.56.0/21, the one range that VirtualBox allows by default. */
export const DEFAULT_HOST_ONLY_CIDR = "192.168.59.1/24";

/** `VBoxManage modifyvm --nictypeN`: the manual's chapter on virtual networking hardware. `usbnet` is for ARM guests (7.1). */
const NIC_TYPES = ["82540EM", "82543GC", "82545EM", "Am79C970A", "Am79C973", "virtio", "usbnet"] as const;

/** The options of the driver `virtualbox`: the Go program's flags, environment variables and defaults, and some of our own. */
export const virtualBoxOptions = {
  memory: {
    type: "integer",
    flag: "virtualbox-memory",
    env: "VIRTUALBOX_MEMORY_SIZE",
    usage: "Size of memory for host in MB",
    default: 1024,
    minimum: 4,
  },
  cpuCount: {
    type: "integer",
    flag: "virtualbox-cpu-count",
    env: "VIRTUALBOX_CPU_COUNT",
    usage: "number of CPUs for the machine (-1 to use the number of CPUs available)",
    default: 1,
    minimum: -1,
  },
  diskSize: {
    type: "integer",
    flag: "virtualbox-disk-size",
    env: "VIRTUALBOX_DISK_SIZE",
    usage: "Size of disk for host in MB",
    default: 20_000,
    minimum: 1,
  },
  image: {
    type: "string",
    flag: "virtualbox-image",
    env: "VIRTUALBOX_IMAGE",
    usage: "Cloud image: a name such as ubuntu-24.04, an https URL with #sha256=HEX, or a file",
    default: DEFAULT_IMAGE,
  },
  userdata: {
    type: "string",
    flag: "virtualbox-userdata",
    env: "VIRTUALBOX_USERDATA",
    usage: "File with cloud-init user data, merged with docker-machine's",
  },
  httpProxy: { type: "string", flag: "virtualbox-http-proxy", env: "VIRTUALBOX_HTTP_PROXY", usage: "Proxy that the guest uses for http" },
  httpsProxy: {
    type: "string",
    flag: "virtualbox-https-proxy",
    env: "VIRTUALBOX_HTTPS_PROXY",
    usage: "Proxy that the guest uses for https",
  },
  noProxy: {
    type: "string",
    flag: "virtualbox-no-proxy",
    env: "VIRTUALBOX_NO_PROXY",
    usage: "Hosts that the guest reaches without proxy, separated by commas",
  },
  caFiles: {
    type: "string-list",
    flag: "virtualbox-ca-file",
    env: "VIRTUALBOX_CA_FILE",
    usage: "PEM file of a certificate authority that the guest trusts (repeatable)",
  },
  boot2dockerUrl: {
    type: "string",
    flag: "virtualbox-boot2docker-url",
    env: "VIRTUALBOX_BOOT2DOCKER_URL",
    usage: "Boot this boot2docker ISO (an URL, optionally with #sha256=HEX, or a file) instead of a cloud image",
    default: "",
  },
  importBoot2dockerVm: {
    type: "string",
    flag: "virtualbox-import-boot2docker-vm",
    env: "VIRTUALBOX_BOOT2DOCKER_IMPORT_VM",
    usage: "The name of a Boot2Docker VM to import",
    default: "",
  },
  hostDnsResolver: {
    type: "boolean",
    flag: "virtualbox-host-dns-resolver",
    env: "VIRTUALBOX_HOST_DNS_RESOLVER",
    usage: "Use the host DNS resolver",
  },
  natNicType: {
    type: "string",
    flag: "virtualbox-nat-nictype",
    env: "VIRTUALBOX_NAT_NICTYPE",
    usage: "Specify the Network Adapter Type",
    default: "82540EM",
    choices: NIC_TYPES,
  },
  hostOnlyCidr: {
    type: "string",
    flag: "virtualbox-hostonly-cidr",
    env: "VIRTUALBOX_HOSTONLY_CIDR",
    usage: "Specify the Host Only CIDR",
    default: DEFAULT_HOST_ONLY_CIDR,
  },
  hostOnlyNicType: {
    type: "string",
    flag: "virtualbox-hostonly-nictype",
    env: "VIRTUALBOX_HOSTONLY_NIC_TYPE",
    usage: "Specify the Host Only Network Adapter Type",
    default: "82540EM",
    choices: NIC_TYPES,
  },
  hostOnlyPromiscuous: {
    type: "string",
    flag: "virtualbox-hostonly-nicpromisc",
    env: "VIRTUALBOX_HOSTONLY_NIC_PROMISC",
    usage: "Specify the Host Only Network Adapter Promiscuous Mode",
    default: "deny",
    choices: ["deny", "allow-vms", "allow-all"],
  },
  hostOnlyNoDhcp: {
    type: "boolean",
    flag: "virtualbox-hostonly-no-dhcp",
    env: "VIRTUALBOX_HOSTONLY_NO_DHCP",
    usage: "Disable the Host Only DHCP Server",
  },
  uiType: {
    type: "string",
    flag: "virtualbox-ui-type",
    env: "VIRTUALBOX_UI_TYPE",
    usage: "Specify the UI Type: (gui|sdl|headless|separate)",
    default: "headless",
    choices: ["gui", "sdl", "headless", "separate"],
  },
  noShare: {
    type: "boolean",
    flag: "virtualbox-no-share",
    env: "VIRTUALBOX_NO_SHARE",
    usage: "Disable the mount of your home directory",
  },
  noDnsProxy: {
    type: "boolean",
    flag: "virtualbox-no-dns-proxy",
    env: "VIRTUALBOX_NO_DNS_PROXY",
    usage: "Disable proxying all DNS requests to the host",
  },
  noVtxCheck: {
    type: "boolean",
    flag: "virtualbox-no-vtx-check",
    env: "VIRTUALBOX_NO_VTX_CHECK",
    usage: "Disable checking for the availability of hardware virtualization before the vm is started",
  },
  shareFolder: {
    type: "string",
    flag: "virtualbox-share-folder",
    env: "VIRTUALBOX_SHARE_FOLDER",
    usage: "Mount the specified directory instead of the default home location. Format: dir:name",
    default: "",
  },
  stopTimeout: {
    type: "integer",
    flag: "virtualbox-stop-timeout",
    env: "VIRTUALBOX_STOP_TIMEOUT",
    usage: "Seconds that the guest gets for shutting down",
    default: 120,
    minimum: 1,
  },
} as const satisfies OptionSpecs;

/** The checked values of {@link virtualBoxOptions}. */
export type VirtualBoxOptions = OptionValues<typeof virtualBoxOptions>;

/**
 * Checks the forms of the host-only network and the shared folder, and that options fit together.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkVirtualBoxOptions(options: VirtualBoxOptions): void {
  parseHostOnlyCidr(options.hostOnlyCidr);
  if (options.shareFolder !== "") parseShareFolder(options.shareFolder);
  if (options.importBoot2dockerVm !== "" && options.boot2dockerUrl === "") {
    throw new DriverError(
      "OPTION_INVALID",
      "--virtualbox-import-boot2docker-vm needs a boot2docker ISO that the imported disk boots with.",
      {
        suggestions: ["Add --virtualbox-boot2docker-url with the ISO's file or URL"],
      },
    );
  }
}
