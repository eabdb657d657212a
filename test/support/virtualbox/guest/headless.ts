// The process of a running machine, as VBoxHeadless is in VirtualBox: node headless.ts HOME MACHINE-ID
// It starts QEMU, holds the machine's lock for as long as it lives, and writes down how the machine ended.
// On descriptor 3 it says how the start went.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Edition } from "../model/edition.ts";
import type { Machine } from "../model/machine.ts";
import { findMachine, isOnline, ownSession, Service, setState, stopIfUnused } from "../model/service.ts";
import { startDhcp } from "../network/dhcp.ts";
import { plugTap } from "../network/kernel-interfaces.ts";
import { disksClosed, serveDisks, servedDisks } from "./disk-servers.ts";
import { forwardingCommand } from "./forwarding.ts";
import { monitorPath } from "./machine-files.ts";
import { qemuArguments, type Tap } from "./qemu-arguments.ts";
import { Qmp } from "./qmp.ts";
import { STARTED } from "./start-report.ts";

const START_REPORT = 3;
const [home = "", id = "", frontend = "headless"] = process.argv.slice(2);

process.title = "VBoxHeadless";
process.on("SIGHUP", () => undefined);
await main();

async function main(): Promise<void> {
  const service = new Service(home, Edition.of(home, process.env));
  const { machine, launch, disks } = await service.change((state) => {
    const found = findMachine(state, id);
    found.session = ownSession("vm", frontend);
    return {
      machine: structuredClone(found),
      launch: qemuArguments(found, state, { home, edition: service.edition }),
      disks: servedDisks(found, state, home),
    };
  });
  const log = join(dirname(machine.settingsFile), "Logs", "VBox.log");
  mkdirSync(dirname(log), { recursive: true });
  mkdirSync(join(home, "run"), { recursive: true });
  const output = openSync(log, "w");
  writeSync(output, `qemu-system-x86_64 ${launch.args.join(" ")}\n`);
  let servers: ChildProcess[] = [];
  try {
    servers = await serveDisks(disks, output);
  } catch (error) {
    await fail(service, machine, error);
  }
  // QEMU dies with this process, even when that is killed: no machine runs without its lock.
  const qemu = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...launch.args], { stdio: ["ignore", output, output] });
  const ended = new Promise<boolean>((done) => qemu.on("close", (code) => done(code === 0)).on("error", () => done(false)));
  process.on("SIGTERM", () => qemu.kill("SIGTERM"));
  try {
    const qmp = await openMonitor(machine, ended);
    await connect(service, qmp, { machine, log, taps: launch.taps });
    await service.change((state) => setState(findMachine(state, id), "running"));
    writeSync(START_REPORT, STARTED);
    closeSync(START_REPORT);
  } catch (error) {
    qemu.kill("SIGKILL");
    await fail(service, machine, error);
  }
  const wasClean = await ended;
  await disksClosed(servers);
  await settle(service, machine, wasClean);
}

/** Connects to QEMU's monitor as soon as it is there. */
async function openMonitor(machine: Machine, ended: Promise<boolean>): Promise<Qmp> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (;;) {
    if (isOver) throw new Error("QEMU ended at once");
    const qmp = await Qmp.connect(monitorPath(home, machine, "events")).catch(() => undefined);
    if (qmp !== undefined) return qmp;
    await sleep(20);
  }
}

/** Brings up the network, restores what was saved, and lets the guest go. */
async function connect(service: Service, qmp: Qmp, start: { machine: Machine; log: string; taps: readonly Tap[] }): Promise<void> {
  const { machine, log, taps } = start;
  for (const tap of taps) plugTap(tap.name, tap.device);
  await service.change((state) => {
    for (const { device } of taps) {
      const server = state.dhcpServers.find((one) => one.network === `HostInterfaceNetworking-${device}`);
      if (server?.isEnabled === true) startDhcp(home, server, device);
    }
  });
  for (const [slot, adapter] of machine.adapters.entries()) {
    if (adapter.attachment !== "none" && !adapter.isCableConnected) await qmp.run("set_link", { name: `nic${slot}`, up: false });
    if (adapter.attachment !== "nat") continue;
    for (const rule of adapter.rules) {
      // A port that is taken is no reason for VirtualBox not to start; it only logs it (NAT service, DrvNAT.cpp).
      const problem = await qmp.runByHand(forwardingCommand("add", slot, rule));
      if (problem !== "") appendFileSync(log, `NAT: failed to redirect ${rule.protocol} ${rule.hostAddress}:${rule.hostPort}: ${problem}`);
    }
  }
  if (machine.stateFile !== undefined) await restore(service, qmp, machine.stateFile);
  await qmp.run("cont");
}

async function restore(service: Service, qmp: Qmp, file: string): Promise<void> {
  await qmp.run("migrate-incoming", { uri: `exec:cat '${file.replaceAll("'", "'\\''")}'` });
  for (;;) {
    const { status } = await qmp.run<{ status: string }>("query-status");
    if (status !== "inmigrate") break;
    await sleep(50);
  }
  rmSync(file, { force: true });
  await service.change((state) => {
    findMachine(state, id).stateFile = undefined;
  });
}

async function fail(service: Service, machine: Machine, error: unknown): Promise<never> {
  await service.change((state) => {
    const found = findMachine(state, id);
    setState(found, found.stateFile === undefined ? "poweroff" : "saved");
    found.session = undefined;
  });
  cleanUp(machine);
  writeSync(START_REPORT, `${String(error)}\n`);
  process.exit(1);
}

/** Writes down how the machine ended: powered off by the guest or from outside, saved, or aborted. */
async function settle(service: Service, machine: Machine, wasClean: boolean): Promise<void> {
  await service.change((state) => {
    const found = findMachine(state, id);
    if (isOnline(found)) setState(found, wasClean ? "poweroff" : "aborted");
    found.sharedFolders = found.sharedFolders.filter(({ isTransient }) => !isTransient);
    found.session = undefined;
    for (const server of state.dhcpServers) stopIfUnused(state, server);
  });
  cleanUp(machine);
  process.exit(0);
}

function cleanUp(machine: Machine): void {
  const prefix = `${machine.id.slice(0, 8)}.`;
  for (const name of readdirSync(join(home, "run"))) if (name.startsWith(prefix)) rmSync(join(home, "run", name), { force: true });
}
