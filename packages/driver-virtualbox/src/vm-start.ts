import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { freePort, isPortFree } from "./free-port.js";
import type { HostOnlyNetworks } from "./host-only-networks.js";
import type { Ipv4Cidr } from "./ipv4.js";
import type { VmInfo } from "./output/vm-info.js";
import type { VirtualMachine } from "./virtual-machine.js";
import { statusOfState } from "./vm-status.js";

/** The forward of a port of this computer to the guest's SSH server, by the Go program's name. */
const FORWARD = "ssh";
const GUEST_SSH_PORT = 22;
const LOCK = { subject: "VirtualBox's networks" } as const;

/** The lock on VirtualBox's host-only networks and on the choice of ports. */
export async function withNetworkLock<T>(host: Host, action: () => Promise<T>): Promise<T> {
  return host.withLock("virtualbox-networks", LOCK, action);
}

/** How a virtual machine is started. */
export interface StartPlan {
  readonly host: Host;
  readonly vm: VirtualMachine;
  readonly networks: HostOnlyNetworks;
  readonly cidr: Ipv4Cidr;
  readonly withDhcp: boolean;
  readonly hostOnlyNicType: string;
  readonly promiscuous: string;
  readonly uiType: string;
  /** The port of this computer that was forwarded last; 0 if none was. */
  readonly sshPort: number;
  /** Told the port that is forwarded now. */
  readonly persist: (changes: { readonly SSHPort: number }) => Promise<void>;
}

/**
 * Starts, wakes or restores a virtual machine.
 *
 * @returns what it was doing before
 * @throws {DriverError} `VIRTUALBOX_VM_BROKEN`, and what {@link HostOnlyNetworks.ensure} and VBoxManage's errors are
 */
export async function startVm(plan: StartPlan): Promise<"running" | "slept" | "off"> {
  const info = await plan.vm.settled();
  switch (statusOfState(info.state)) {
    case "Running":
      return "running";
    case "Paused":
      await plan.vm.command("controlvm", "resume");
      return "slept";
    case "Saved":
      await withNetworkLock(plan.host, () => restore(plan, info));
      return "slept";
    case "Stopped":
      await withNetworkLock(plan.host, () => powerOn(plan, info));
      return "off";
    default:
      throw new DriverError(
        "VIRTUALBOX_VM_BROKEN",
        `VirtualBox can't go on with the virtual machine ${plan.vm.id}: it is ${info.state || "unreadable"}.`,
        {
          suggestions: [`VBoxManage showvminfo ${plan.vm.id}`, "docker-machine kill NAME, then docker-machine start NAME"],
        },
      );
  }
}

async function powerOn(plan: StartPlan, info: VmInfo): Promise<void> {
  const { vm, networks, host } = plan;
  const network = await networks.ensure(plan.cidr, { withDhcp: plan.withDhcp });
  const card = ["--nictype2", plan.hostOnlyNicType, "--nicpromisc2", plan.promiscuous, "--cableconnected2", "on"];
  await vm.command("modifyvm", ...network.cardArguments, ...card);
  const wished = plan.sshPort === 0 ? info.forwards.get(FORWARD) : plan.sshPort;
  const port = await freePort(wished);
  if (info.forwards.get(FORWARD) !== port) {
    if (info.forwards.has(FORWARD)) await vm.command("modifyvm", "--natpf1", "delete", FORWARD);
    await vm.command("modifyvm", "--natpf1", forwardOf(port));
  }
  await plan.persist({ SSHPort: port });
  await vm.command("startvm", "--type", plan.uiType);
  if (await networks.isIntact(network)) return;
  host.log.warn("The host-only network lost its address while the virtual machine was started. Starting it again...");
  await vm.powerOff();
  await networks.repair(network);
  await vm.command("startvm", "--type", plan.uiType);
}

/** The settings of a saved virtual machine can't be changed, so a port that is taken meanwhile is replaced once it runs. */
async function restore(plan: StartPlan, info: VmInfo): Promise<void> {
  const { vm } = plan;
  const saved = info.forwards.get(FORWARD) ?? plan.sshPort;
  const isFree = saved !== 0 && (await isPortFree(saved));
  await vm.command("startvm", "--type", plan.uiType);
  if (isFree) {
    if (saved !== plan.sshPort) await plan.persist({ SSHPort: saved });
    return;
  }
  const port = await freePort();
  if (info.forwards.has(FORWARD)) await vm.command("controlvm", "natpf1", "delete", FORWARD);
  await vm.command("controlvm", "natpf1", forwardOf(port));
  await plan.persist({ SSHPort: port });
}

function forwardOf(port: number): string {
  return `${FORWARD},tcp,127.0.0.1,${port},,${GUEST_SSH_PORT}`;
}
