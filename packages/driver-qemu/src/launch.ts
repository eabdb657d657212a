import { DriverError, type Host, waitFor } from "@docker-machine/driver-sdk";
import { qemuArguments } from "./arguments.js";
import { reservePorts } from "./free-ports.js";
import { learnAddress } from "./guest-address.js";
import { hasCode } from "./has-code.js";
import type { QemuMachine } from "./machine.js";
import { LOOPBACK, type MachinePorts, ownAddressNetwork, SSH_PORT, userNetwork } from "./network.js";
import { planMachine } from "./plan-machine.js";
import type { QemuProcess } from "./qemu-process.js";
import { restoreMemory } from "./saved-memory.js";
import { serveSharedFolders } from "./shared-folders.js";
import type { Network } from "./virtual-machine.js";

const ATTEMPTS = 3;
const END_TIMEOUT_MS = 30_000;

/** Brings a machine to where its guest runs: wakes a paused one, restores a saved one, boots a stopped one. */
export async function launch(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  // Saved memory counts until it was restored as a whole: a process that is there now was left by a command that was killed.
  if (machine.state.SavedMachineType !== undefined) await process.terminate();
  const status = await process.status();
  if (status === "Error") throw unfit(machine.name);
  if (status === "Paused") await process.resume();
  else if (status !== "Running") {
    if (status !== "Stopped") await waitForEnd(process, machine.name, host);
    await boot(process, machine, host);
  }
  if (machine.options.network !== "user") await learnAddress(machine, host);
}

async function boot(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  const isSaved = machine.state.SavedMachineType !== undefined;
  host.progress(isSaved ? "Restoring the machine's memory" : "Starting QEMU");
  const { program, vm } = await planMachine(machine, host);
  await serveSharedFolders(machine, host);
  const start = (network: Network) => process.start(program, qemuArguments({ ...vm, network, startsPaused: isSaved }));
  if (machine.options.network === "user") await startOnFreePorts(machine, host, start);
  else {
    await keep(machine, { SSHPort: SSH_PORT });
    await start(ownAddressNetwork(machine.options));
  }
  if (isSaved) await restoreMemory(process, machine, host);
}

/** Between the moment when a port is found free and the start of QEMU, any program may take it: then there is another one. */
async function startOnFreePorts(machine: QemuMachine, host: Host, start: (network: Network) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = portsOf(machine);
    const ports = await choosePorts(machine, host);
    try {
      await start(userNetwork(machine.options, ports));
      return;
    } catch (error) {
      const isSame = attempt > 1 && before?.ssh === ports.ssh && before.engine === ports.engine;
      // The same ports again: the one that is taken is the user's own, and can't be replaced.
      if (!hasCode(error, "QEMU_PORT_TAKEN") || attempt === ATTEMPTS || isSame) throw error;
    }
  }
}

async function choosePorts(machine: QemuMachine, host: Host): Promise<MachinePorts> {
  const { SSHPort, EnginePort } = machine.state;
  const wishes = [
    { purpose: "SSH", ...(SSHPort === undefined ? {} : { kept: SSHPort }) },
    { purpose: "Docker", ...(EnginePort === undefined ? {} : { kept: EnginePort }) },
  ];
  const [ssh = 0, engine = 0] = await reservePorts(machine.directory, wishes, host);
  await keep(machine, { IPAddress: LOOPBACK, SSHPort: ssh, EnginePort: engine });
  return { ssh, engine };
}

function portsOf({ state: { SSHPort, EnginePort } }: QemuMachine): MachinePorts | undefined {
  return SSHPort === undefined || EnginePort === undefined ? undefined : { ssh: SSHPort, engine: EnginePort };
}

/** Writes what differs from what is written. */
async function keep(machine: QemuMachine, fields: Pick<QemuMachine["state"], "IPAddress" | "SSHPort" | "EnginePort">): Promise<void> {
  const { state } = machine;
  const changes = Object.entries(fields).filter(([field, value]) => state[field as keyof typeof fields] !== value);
  if (changes.length > 0) await machine.persist(Object.fromEntries(changes));
}

async function waitForEnd(process: QemuProcess, machineName: string, host: Host): Promise<void> {
  await waitFor(host, async () => (await process.pid()) === undefined, {
    description: `the QEMU of ${machineName} to end`,
    timeoutMs: END_TIMEOUT_MS,
    intervalMs: 200,
  });
}

function unfit(machineName: string): DriverError {
  return new DriverError(
    "QEMU_GUEST_FAILED",
    `The machine "${machineName}" has a QEMU process, but its guest has failed or doesn't answer.`,
    {
      suggestions: [`docker-machine kill ${machineName}`, `docker-machine start ${machineName}`],
    },
  );
}
