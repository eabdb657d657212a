import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Edition } from "./edition.ts";
import { ApiError, type CallSite } from "./errors.ts";
import type { Machine, MachineState, Session } from "./machine.ts";
import { isAlive, processStart } from "./processes.ts";
import type { DhcpServer, Medium } from "./service-state.ts";
import { newServiceState, type ServiceState } from "./service-state.ts";
import { writeSettingsFile } from "./settings-file.ts";

/** States in which a machine has a process. */
const ONLINE: readonly MachineState[] = ["running", "paused", "starting", "stopping", "saving", "restoring"];

/**
 * What VBoxSVC is to VirtualBox: it owns the state, and lets one VBoxManage at a time at it. The state is one row of an SQLite
 * database, since that gives a lock that dies with its process and a commit that is whole or not there.
 */
export class Service {
  readonly home: string;
  readonly edition: Edition;
  readonly #database: DatabaseSync;

  constructor(home: string, edition: Edition) {
    this.home = home;
    this.edition = edition;
    this.#database = new DatabaseSync(join(home, "VBoxSVC.sqlite"), { timeout: 120_000 });
    this.#database.exec("PRAGMA synchronous = OFF");
  }

  /**
   * Runs an action on the state, alone. What it changed is kept, unless it throws; settings files of changed machines are written.
   * An action that waits keeps all others waiting.
   */
  async change<T>(action: (state: ServiceState) => T | Promise<T>): Promise<T> {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#database.exec("CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT)");
      const state = this.#read();
      const before = new Map(state.machines.map((machine) => [machine.id, JSON.stringify(machine)]));
      forgetDeadSessions(state);
      const result = await action(state);
      for (const machine of state.machines)
        if (before.get(machine.id) !== JSON.stringify(machine)) writeSettingsFile(machine, this.edition);
      this.#database
        .prepare("INSERT INTO state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET json = excluded.json")
        .run(JSON.stringify(state));
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #read(): ServiceState {
    const row = this.#database.prepare("SELECT json FROM state").get() as { json: string } | undefined;
    return row === undefined ? newServiceState(join(this.home, "VirtualBox VMs")) : (JSON.parse(row.json) as ServiceState);
  }

  /** Closes the database. */
  close(): void {
    this.#database.close();
  }
}

/** Changes a machine's state, and remembers when. */
export function setState(machine: Machine, state: MachineState): void {
  machine.state = state;
  machine.stateSince = Date.now();
}

/** A lock of this process. */
export function ownSession(kind: Session["kind"], frontend = ""): Session {
  return { kind, pid: process.pid, started: processStart(process.pid) ?? "", frontend };
}

/** VBoxSVC watches its clients: a lock whose process is gone is dropped, and a machine whose process is gone was aborted. */
function forgetDeadSessions(state: ServiceState): void {
  for (const machine of state.machines) {
    const { session } = machine;
    if (session === undefined || isAlive(session)) continue;
    machine.session = undefined;
    if (session.kind === "vm" && ONLINE.includes(machine.state)) setState(machine, "aborted");
  }
  for (const medium of state.media) {
    if (medium.writer !== undefined && processStart(medium.writer) === undefined) medium.writer = undefined;
  }
  for (const server of state.dhcpServers) stopIfUnused(state, server);
}

/** Stops a DHCP server whose network has no running machine any more. */
export function stopIfUnused(state: ServiceState, server: DhcpServer): void {
  if (server.process === undefined) return;
  const isUsed = state.machines.some(
    (machine) => isOnline(machine) && machine.adapters.some((adapter) => networkOf(adapter) === server.network),
  );
  if (isUsed) return;
  if (isAlive(server.process)) process.kill(server.process.pid, "SIGTERM");
  server.process = undefined;
}

function networkOf(adapter: Machine["adapters"][number]): string | undefined {
  if (adapter.attachment === "hostonly") return `HostInterfaceNetworking-${adapter.hostOnlyInterface}`;
  return adapter.attachment === "hostonlynet" ? `hostonly-${adapter.hostOnlyNetwork}` : undefined;
}

/** Whether the machine has a process now. */
export function isOnline(machine: Machine): boolean {
  return ONLINE.includes(machine.state);
}

/** Finds a registered machine by name, UUID or settings file (VirtualBox::findMachine). */
export function findMachine(state: ServiceState, wanted: string, site?: CallSite): Machine {
  const id = wanted.replace(/^\{(.*)\}$/, "$1").toLowerCase();
  const machine = state.machines.find((one) => one.id === id || one.name === wanted || one.settingsFile === wanted);
  if (machine !== undefined) return machine;
  const text = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    ? `Could not find a registered machine with UUID {${id}}`
    : `Could not find a registered machine named '${wanted}'`;
  throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "VirtualBox", text, site === undefined ? {} : { site });
}

/** Machine::lockMachine(LockType_Write), which all that changes a machine's settings calls. */
export function requireUnlocked(machine: Machine, site: CallSite): void {
  if (machine.session === undefined) return;
  const text = `The machine '${machine.name}' is already locked for a session (or being unlocked)`;
  throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "Machine", text, { site });
}

/** Machine::i_checkStateDependency(MutableStateDep): a saved machine's hardware stays as it was saved. */
export function requireMutable(machine: Machine, site: CallSite): void {
  if (machine.state !== "saved" && !isOnline(machine)) return;
  const spoken: Partial<Record<MachineState, string>> = { saved: "Saved", running: "Running", paused: "Paused" };
  throw new ApiError(
    "VBOX_E_INVALID_VM_STATE",
    "SessionMachine",
    `The machine is not mutable (state is ${spoken[machine.state] ?? machine.state})`,
    { site },
  );
}

/** Machines that have a medium attached, in their current state. */
export function usersOf(state: ServiceState, medium: Medium): Machine[] {
  return state.machines.filter(({ controllers }) => controllers.some(({ attached }) => attached.some((one) => one.medium === medium.id)));
}
