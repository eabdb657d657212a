import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { forwardingCommand } from "../guest/forwarding.ts";
import { monitorPath } from "../guest/machine-files.ts";
import { Qmp } from "../guest/qmp.ts";
import { adapterOf, addRule, readRule, removeRule } from "../model/adapter-settings.ts";
import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import type { Machine } from "../model/machine.ts";
import { readBoolean } from "../model/options.ts";
import { findMachine, isOnline, type Service, setState } from "../model/service.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";

const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageControlVM.cpp" });

interface Control {
  readonly service: Service;
  readonly machine: Machine;
  readonly args: readonly string[];
  printError(text: string): void;
}

/** `VBoxManage controlvm NAME VERB`. */
export const controlVm: Command = async ({ service, args, printError }) => {
  const [wanted, verb, ...rest] = args;
  if (wanted === undefined || verb === undefined) throw new SyntaxProblem("Not enough parameters.");
  const machine = await service.change((state) => {
    const found = findMachine(state, wanted, site("FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())", 289));
    if (!isOnline(found)) throw new ArgumentProblem(`Machine '${wanted}' is not currently running.`, 1);
    return structuredClone(found);
  });
  if (machine.state !== "running" && machine.state !== "paused") throw refused(machine, verb);
  const numbered = /^(natpf|setlinkstate|nicpromisc|nic|nictrace|nicproperty)(\d+)$/.exec(verb);
  const action = ACTIONS[numbered?.[1] ?? verb];
  if (action === undefined) throw new SyntaxProblem(`Invalid parameter '${verb}'`);
  await action({ service, machine, args: rest, printError }, Number(numbered?.[2] ?? 0));
};

const ACTIONS: Readonly<Record<string, (control: Control, number: number) => Promise<void>>> = {
  pause: async (control) => {
    if (control.machine.state !== "running") throw refused(control.machine, "pause");
    await command(control, (qmp) => qmp.run("stop"));
    await change(control, (machine) => setState(machine, "paused"));
  },
  resume: async (control) => {
    if (control.machine.state !== "paused") {
      const text = "Cannot resume the machine as it is not paused (machine state: Running)";
      throw new ApiError("VBOX_E_INVALID_VM_STATE", "Console", text, { site: site("Resume()", 315) });
    }
    await command(control, (qmp) => qmp.run("cont"));
    await change(control, (machine) => setState(machine, "running"));
  },
  reset: async (control) => {
    await command(control, (qmp) => qmp.run("system_reset"));
  },
  poweroff: async (control) => {
    await change(control, (machine) => setState(machine, "stopping"));
    await quit(control);
    await change(control, (machine) => machine.state === "stopping" && setState(machine, "poweroff"));
    control.printError(WHOLE_PROGRESS);
  },
  acpipowerbutton: async (control) => {
    if (control.machine.state !== "running") throw refused(control.machine, "acpipowerbutton");
    await command(control, (qmp) => qmp.run("system_powerdown"));
  },
  acpisleepbutton: async (control) => {
    if (control.machine.state !== "running") throw refused(control.machine, "acpisleepbutton");
  },
  savestate: saveState,
  natpf: changeRule,
  setlinkstate: async (control, number) => {
    const isUp = readBoolean(control.args[0] ?? "");
    await change(control, (machine) => {
      adapterOf(machine, number).isCableConnected = isUp;
    });
    await command(control, (qmp) => qmp.run("set_link", { name: `nic${number - 1}`, up: isUp }));
  },
  nicpromisc: async () => undefined,
  keyboardputscancode: async () => undefined,
  keyboardputstring: async () => undefined,
  shutdown: noAdditions,
  reboot: noAdditions,
  guestmemoryballoon: async () => undefined,
  vrde: async () => undefined,
};

/** No guest has Guest Additions here. */
async function noAdditions(): Promise<void> {
  throw new ApiError("VBOX_E_NOT_SUPPORTED", "Console", "", {
    after: "Current installed Guest Additions don't support shutting down the guest.",
  });
}

/** Console::i_setInvalidMachineStateError. */
function refused(machine: Machine, verb: string): ApiError {
  const calls: Record<string, string> = { pause: "Pause()", resume: "Resume()", reset: "Reset()", acpipowerbutton: "PowerButton()" };
  const spoken = machine.state.charAt(0).toUpperCase() + machine.state.slice(1);
  return new ApiError("VBOX_E_INVALID_VM_STATE", "Console", `Invalid machine state: ${spoken}`, {
    site: site(calls[verb] ?? "PowerDown(progress.asOutParam())", 310),
  });
}

async function command<T>({ service, machine }: Control, action: (qmp: Qmp) => Promise<T>): Promise<T> {
  const qmp = await Qmp.connect(monitorPath(service.home, machine, "control"));
  try {
    return await action(qmp);
  } finally {
    qmp.close();
  }
}

function change({ service, machine }: Control, action: (machine: Machine) => void): Promise<void> {
  return service.change((state) => action(findMachine(state, machine.id)));
}

/** Ends QEMU, and waits until its process is gone; the machine's own process lets go of the lock a little later, as VirtualBox's does. */
async function quit(control: Control): Promise<void> {
  const qmp = await Qmp.connect(monitorPath(control.service.home, control.machine, "control"));
  await qmp.run("quit").catch(() => undefined);
  while (
    await qmp.run("query-status").then(
      () => true,
      () => false,
    )
  )
    await sleep(10);
  qmp.close();
}

async function saveState(control: Control): Promise<void> {
  const { machine } = control;
  const folder = join(dirname(machine.settingsFile), "Snapshots");
  const file = join(
    folder,
    `${new Date()
      .toISOString()
      .replaceAll(":", "-")
      .replace(/\.\d+Z/, "")}-000000000Z.sav`,
  );
  mkdirSync(folder, { recursive: true });
  await change(control, (one) => setState(one, "saving"));
  try {
    await command(control, async (qmp) => {
      await qmp.run("stop");
      await qmp.run("migrate", { uri: `exec:cat > '${file.replaceAll("'", "'\\''")}'` });
      for (;;) {
        const { status } = await qmp.run<{ status: string }>("query-migrate");
        if (status === "failed") throw new Error("QEMU could not save");
        if (status === "completed") break;
        await sleep(50);
      }
    });
  } catch (error) {
    await change(control, (one) => setState(one, machine.state));
    throw new ApiError("E_FAIL", "Console", `Failed to save the machine state to '${file}' (${String(error)})`, {
      before: "Failed to save machine state.",
    });
  }
  await change(control, (one) => {
    one.stateFile = file;
    setState(one, "saved");
  });
  await quit(control);
  control.printError(WHOLE_PROGRESS);
}

/** `natpfN RULE` and `natpfN delete NAME` at a running machine: the settings change, and the network at once. */
async function changeRule(control: Control, number: number): Promise<void> {
  const [first, name] = control.args;
  if (first === undefined) throw new SyntaxProblem(`Missing argument to 'natpf${number}'.`);
  const isRemoved = first === "delete";
  const rule = await control.service.change((state) => {
    const adapter = adapterOf(findMachine(state, control.machine.id), number);
    if (adapter.attachment !== "nat") throw new ArgumentProblem("The NAT engine is not used by this adapter", 1);
    if (isRemoved) return removeRule(adapter, name ?? "");
    const read = readRule(first);
    addRule(adapter, read);
    return read;
  });
  await command(control, (qmp) => qmp.runByHand(forwardingCommand(isRemoved ? "remove" : "add", number - 1, rule)));
}
