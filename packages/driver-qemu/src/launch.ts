import { DriverError, type Host, waitFor } from "@docker-machine/driver-sdk";
import { qemuArguments } from "./arguments.js";
import { reservePorts } from "./free-ports.js";
import { learnAddress } from "./guest-address.js";
import { hasCode } from "./has-code.js";
import type { QemuMachine } from "./machine.js";
import { machineProcess } from "./machine-process.js";
import { LOOPBACK, ownAddressNetwork, SSH_PORT, userNetwork } from "./network.js";
import { planMachine } from "./plan-machine.js";
import type { QemuProcess } from "./qemu-process.js";
import { needsMonitorPort } from "./qmp-endpoint.js";
import { restoreMemory } from "./saved-memory.js";
import type { QemuState } from "./state.js";
import { dismissVirtiofsd, serveSharedFolders } from "./virtiofsd.js";
import type { Network } from "./virtual-machine.js";

type PortField = "SSHPort" | "EnginePort" | "MonitorPort";

const PURPOSES: Readonly<Record<PortField, string>> = { SSHPort: "SSH", EnginePort: "Docker", MonitorPort: "QEMU's monitor" };
const ATTEMPTS = 3;
const END_TIMEOUT_MS = 30_000;

/** Brings a machine to where its guest runs: wakes a paused one, restores a saved one, boots a stopped one. */
export async function launch(process: QemuProcess, machine: QemuMachine, host: Host): Promise<void> {
  // Saved memory counts until it was restored as a whole: a process that is there now was left by a command that was killed.
  if (machine.state.SavedMachineType !== undefined) await process.terminate();
  const status = await process.status();
  if (status === "Error") throw unfit(machine.name);
  if (status === "Paused" || status === "Starting") await process.resume();
  else if (status !== "Running") {
    if (status === "Stopping") await waitForEnd(process, machine.name, host);
    await boot(machine, host);
  }
  if (machine.options.network !== "user") await learnAddress(machine, host);
}

async function boot(machine: QemuMachine, host: Host): Promise<void> {
  const isSaved = machine.state.SavedMachineType !== undefined;
  host.progress(isSaved ? "Restoring the machine's memory" : "Starting QEMU");
  const { program, vm } = await planMachine(machine, host);
  const folders = machine.state.SharedFolders ?? [];
  await serveSharedFolders(folders, machine.directory, host);
  try {
    await startOnFreePorts(machine, host, (process, network) =>
      process.start(program, qemuArguments({ ...vm, network, startsPaused: isSaved })),
    );
  } catch (error) {
    await dismissVirtiofsd(folders, machine.directory);
    throw error;
  }
  if (isSaved) await restoreMemory(machineProcess(machine, host), machine, host);
}

/** Between the moment when a port is found free and the start of QEMU, any program may take it: then there is another one. */
async function startOnFreePorts(
  machine: QemuMachine,
  host: Host,
  start: (process: QemuProcess, network: Network) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = portsOf(machine);
    await choosePorts(machine, host);
    try {
      await start(machineProcess(machine, host), networkOf(machine));
      return;
    } catch (error) {
      // The same ports again: the one that is taken is the user's own, and can't be replaced.
      const isSame = attempt > 1 && JSON.stringify(before) === JSON.stringify(portsOf(machine));
      if (!hasCode(error, "QEMU_PORT_TAKEN") || attempt === ATTEMPTS || isSame) throw error;
    }
  }
}

/** Chooses ports for what listens on 127.0.0.1, and saves them. Those that the machine had are kept where they are free. */
async function choosePorts(machine: QemuMachine, host: Host): Promise<void> {
  const fields = [
    ...(machine.options.network === "user" ? (["SSHPort", "EnginePort"] as const) : []),
    ...(needsMonitorPort(process.platform) ? (["MonitorPort"] as const) : []),
  ];
  const wishes = fields.map((field) => ({ purpose: PURPOSES[field], ...optional("kept", machine.state[field]) }));
  const ports = wishes.length === 0 ? [] : await reservePorts(machine.directory, wishes, host);
  const chosen = Object.fromEntries(fields.map((field, index) => [field, ports[index]]));
  const rest = machine.options.network === "user" ? { IPAddress: LOOPBACK } : { SSHPort: SSH_PORT };
  await keep(machine, { ...rest, ...chosen });
}

function networkOf({ options, state }: QemuMachine): Network {
  if (options.network !== "user") return ownAddressNetwork(options);
  return userNetwork(options, { ssh: state.SSHPort ?? 0, engine: state.EnginePort ?? 0 });
}

function portsOf({ state }: QemuMachine): readonly (number | undefined)[] {
  return [state.SSHPort, state.EnginePort, state.MonitorPort];
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}

/** Writes what differs from what is written. */
async function keep(machine: QemuMachine, fields: Pick<QemuState, "IPAddress" | PortField>): Promise<void> {
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
