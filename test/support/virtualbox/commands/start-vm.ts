import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { STARTED } from "../guest/start-report.ts";
import { ApiError, type CallSite, SyntaxProblem } from "../model/errors.ts";
import type { Machine } from "../model/machine.ts";
import { lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, ownSession, type Service, setState, usersOf } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import { isInterface } from "../network/kernel-interfaces.ts";
import type { Command } from "./command.ts";

const LAUNCH = "LaunchVMProcess(a->session, sessionType.raw(), ComSafeArrayAsInParam(aBstrEnv), progress.asOutParam())";
const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageMisc.cpp" });

/** `VBoxManage startvm NAME... [--type …]`. */
export const startVm: Command = async ({ service, args, print, printError }) => {
  const line = readOptions(args, optionForms({ text: ["--type", "-type", "--putenv", "--password", "--password-id"] }));
  if (line.operands.length === 0) throw new SyntaxProblem("at least one VM name or uuid required");
  const frontend = lastValue(line, "--type", "-type") ?? "gui";
  let exitCode = 0;
  for (const wanted of line.operands) {
    try {
      await startOne(service, wanted, frontend, print);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      printError(
        error
          .lines()
          .map((text) => `VBoxManage: error: ${text}\n`)
          .join(""),
      );
      exitCode = 1;
    }
  }
  return exitCode;
};

async function startOne(service: Service, wanted: string, frontend: string, print: (line: string) => void): Promise<void> {
  const id = await service.change((state) => {
    const machine = findMachine(state, wanted, site("FindMachine(Bstr(pszVM).raw(), machine.asOutParam())", 669));
    if (frontend === "emergencystop") return emergencyStop(machine);
    if (machine.session !== undefined) {
      const text = `The machine '${machine.name}' is already locked by a session (or being locked or unlocked)`;
      throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "Machine", text, { site: site(LAUNCH, 727) });
    }
    if (!["headless", "gui", "sdl", "separate"].includes(frontend)) {
      throw new ApiError("E_INVALIDARG", "Machine", `Invalid frontend name: "${frontend}"`, { site: site(LAUNCH, 727) });
    }
    print(`Waiting for VM "${wanted}" to power on...`);
    checkMedia(state, machine);
    checkNetwork(state, machine, service);
    machine.session = ownSession("vm", frontend);
    setState(machine, machine.stateFile === undefined ? "starting" : "restoring");
    return machine.id;
  });
  if (id === undefined) return;
  const problem = await launch(service, id, frontend);
  if (problem !== undefined) {
    const text = `The virtual machine '${wanted}' has terminated unexpectedly during startup with exit code 1 (0x1)`;
    await service.change((state) => {
      const machine = findMachine(state, id);
      if (machine.session?.pid === process.pid)
        Object.assign(machine, { session: undefined, state: machine.stateFile === undefined ? "poweroff" : "saved" });
    });
    throw new ApiError("E_FAIL", "Machine", text);
  }
  print(`VM "${wanted}" has been successfully started.`);
}

/** `--type emergencystop` kills the machine's process, however it is (Machine::launchVMProcess). */
function emergencyStop(machine: Machine): undefined {
  if (machine.session?.kind === "vm") process.kill(machine.session.pid, "SIGKILL");
}

/** Machine::i_lockMedia. */
function checkMedia(state: ServiceState, machine: Machine): void {
  for (const attached of machine.controllers.flatMap((controller) => controller.attached)) {
    const medium = state.media.find(({ id }) => id === attached.medium);
    if (medium === undefined) continue;
    if (!existsSync(medium.location)) {
      const text = `Could not open the medium '${medium.location}'.\nVD: error VERR_FILE_NOT_FOUND opening image file '${medium.location}' (VERR_FILE_NOT_FOUND)`;
      throw new ApiError("E_FAIL", "Medium", text);
    }
    const isElsewhere = usersOf(state, medium).some((other) => other !== machine && other.session?.kind === "vm");
    if (medium.writer !== undefined || (isElsewhere && medium.kind === "hdd")) {
      const text = "Locking of attached media failed. A possible reason is that one of the media is attached to a running VM";
      throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "Machine", text);
    }
  }
}

/** ConsoleImpl's network set-up (ConsoleImplConfigX86.cpp: i_configNetwork). */
function checkNetwork(state: ServiceState, machine: Machine, service: Service): void {
  for (const adapter of machine.adapters) {
    if (adapter.attachment === "hostonly") {
      const name = adapter.hostOnlyInterface;
      const isThere = state.hostOnlyInterfaces.some((one) => one.name === name) && (!service.edition.hasKernelNetwork || isInterface(name));
      if (!isThere) throw new ApiError("E_FAIL", "Console", `Nonexistent host networking interface, name '${name}' (VERR_INTERNAL_ERROR)`);
    }
    if (adapter.attachment === "hostonlynet" && !state.hostOnlyNetworks.some((one) => one.name === adapter.hostOnlyNetwork)) {
      throw new ApiError("E_FAIL", "Console", `Nonexistent host-only network, name '${adapter.hostOnlyNetwork}' (VERR_INTERNAL_ERROR)`);
    }
  }
}

/** Starts the machine's process, which outlives this one, and waits for its word: undefined when the machine runs. */
function launch(service: Service, id: string, frontend: string): Promise<string | undefined> {
  const program = fileURLToPath(new URL("../guest/headless.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, service.home, id, frontend], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    detached: true,
    cwd: "/",
  });
  child.unref();
  return new Promise((done) => {
    let report = "";
    child.stdio[3]?.on("data", (chunk) => (report += String(chunk)));
    child.stdio[3]?.on("close", () => done(report === STARTED ? undefined : report));
    child.on("error", (error) => done(error.message));
  });
}
