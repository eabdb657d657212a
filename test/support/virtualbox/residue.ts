import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Edition } from "./model/edition.ts";
import { Service } from "./model/service.ts";
import { type DhcpServer, FACTORY_DHCP_SERVER } from "./model/service-state.ts";
import { isInterface } from "./network/kernel-interfaces.ts";

/** What a VirtualBox has left; all empty when machines and their networks were removed. */
export interface Residue {
  readonly machines: readonly string[];
  /** Locations of registered media. */
  readonly media: readonly string[];
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** Interfaces of the kernel. */
  readonly interfaces: readonly string[];
  /** Without the one that VirtualBox comes with, as long as it is as it came. */
  readonly dhcpServers: readonly string[];
  /** Files in the default machine folder and the processes' folder; logs and leases of networks that are gone among them. */
  readonly files: readonly string[];
}

/** Looks what is left in a home, and in the kernel. */
export async function residueOf(home: string): Promise<Residue> {
  const service = new Service(home, Edition.of(home, process.env));
  const state = await service.change((current) => current);
  service.close();
  const [bridges, taps] = [
    state.hostOnlyInterfaces.map(({ name }) => name),
    readdirSync("/sys/class/net").filter((name) => /^vb[0-9a-f]{8}n\d$/.test(name)),
  ];
  const own = taps.filter((name) => state.machines.some(({ id }) => name.startsWith(`vb${id.slice(0, 8)}`)));
  return {
    machines: state.machines.map(({ name }) => name),
    media: state.media.map(({ location }) => location),
    processes: processesOf(home),
    interfaces: [...bridges.filter(isInterface), ...own],
    dhcpServers: state.dhcpServers.filter((server) => !isFactory(server)).map(({ network }) => network),
    files: [...filesIn(join(home, "VirtualBox VMs")), ...filesIn(join(home, "run")).filter((path) => !path.endsWith(".dhcp.log"))],
  };
}

function isFactory(server: DhcpServer): boolean {
  return (Object.keys(FACTORY_DHCP_SERVER) as (keyof DhcpServer)[]).every((key) => server[key] === FACTORY_DHCP_SERVER[key]);
}

/** Processes that have the home on their command line: VBoxHeadless, QEMU, dnsmasq, a VBoxManage. */
function processesOf(home: string): { pid: number; command: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        const isOwn =
          words.some((word) => word.includes(`${home}/`) || word === home) ||
          readFileSync(`/proc/${name}/environ`, "utf8").includes(`VIRTUALBOX_STANDIN_HOME=${home}\0`);
        return isOwn ? [{ pid: Number(name), command: words.join(" ").trim() }] : [];
      } catch {
        return [];
      }
    });
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
