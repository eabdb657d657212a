import type { Command } from "./commands/command.ts";
import { Edition } from "./model/edition.ts";
import { ApiError, ArgumentProblem, SyntaxProblem } from "./model/errors.ts";
import { Service } from "./model/service.ts";

/** Commands by name; each module is loaded when it is called, since VBoxManage is called often. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  createvm: async () => (await import("./commands/create-vm.ts")).createVm,
  registervm: async () => (await import("./commands/create-vm.ts")).registerVm,
  unregistervm: async () => (await import("./commands/create-vm.ts")).unregisterVm,
  modifyvm: async () => (await import("./commands/modify-vm.ts")).modifyVm,
  showvminfo: async () => (await import("./commands/show.ts")).showVmInformation,
  list: async () => (await import("./commands/list.ts")).list,
  storagectl: async () => (await import("./commands/storage.ts")).storageController,
  storageattach: async () => (await import("./commands/storage.ts")).storageAttach,
  startvm: async () => (await import("./commands/start-vm.ts")).startVm,
  controlvm: async () => (await import("./commands/control-vm.ts")).controlVm,
  discardstate: async () => (await import("./commands/properties.ts")).discardState,
  hostonlyif: async () => (await import("./commands/host-only.ts")).hostOnlyInterface,
  hostonlynet: async () => (await import("./commands/host-only.ts")).hostOnlyNetwork,
  dhcpserver: async () => (await import("./commands/dhcp-server.ts")).dhcpServer,
  sharedfolder: async () => (await import("./commands/shared-folder.ts")).sharedFolder,
  setextradata: async () => (await import("./commands/properties.ts")).setExtraData,
  getextradata: async () => (await import("./commands/properties.ts")).getExtraData,
  guestproperty: async () => (await import("./commands/properties.ts")).guestProperty,
  setproperty: async () => (await import("./commands/properties.ts")).setProperty,
  createmedium: async () => (await import("./commands/medium.ts")).createMedium,
  createhd: async () => (await import("./commands/medium.ts")).createMedium,
  closemedium: async () => (await import("./commands/medium.ts")).closeMedium,
  clonemedium: async () => (await import("./commands/medium.ts")).cloneMedium,
  clonehd: async () => (await import("./commands/medium.ts")).cloneMedium,
  modifymedium: async () => (await import("./commands/medium.ts")).modifyMedium,
  modifyhd: async () => (await import("./commands/medium.ts")).modifyMedium,
  showmediuminfo: async () => (await import("./commands/medium.ts")).showMedium,
  showhdinfo: async () => (await import("./commands/medium.ts")).showMedium,
  convertfromraw: async () => (await import("./commands/convert-from-raw.ts")).convertFromRaw,
  convertdd: async () => (await import("./commands/convert-from-raw.ts")).convertFromRaw,
  import: async () => (await import("./commands/import.ts")).importAppliance,
  export: async () => (await import("./commands/export.ts")).exportAppliance,
  snapshot: async () => (await import("./commands/snapshot.ts")).snapshot,
  natnetwork: async () => (await import("./commands/nat-network.ts")).natNetwork,
  internalcommands: async () => (await import("./commands/medium.ts")).internalCommands,
};

/** Where a VBoxManage writes, and which state it works on. */
export interface VBoxManageHost {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a line to stdout. */
  print(line: string): void;
  /** Writes to stderr as it is. */
  printError(text: string): void;
}

/** Does what a command line of VBoxManage says; resolves to the exit code. */
export async function vboxManage(words: readonly string[], host: VBoxManageHost): Promise<number> {
  const { home, print, printError } = host;
  const edition = Edition.of(home, host.env);
  const rest = words.filter((word) => word !== "-q" && word !== "--nologo" && word !== "-nologo");
  const [name, ...args] = rest;
  if (name === "--version" || name === "-v" || name === "-V") {
    print(edition.versionLine);
    return 0;
  }
  const logo = `Oracle VM VirtualBox Command Line Management Interface Version ${edition.version}\nCopyright (C) 2005-2024 Oracle and/or its affiliates\n\n`;
  const load = name === undefined || (name === "hostonlynet" && !edition.hasHostOnlyNetworks) ? undefined : COMMANDS[name];
  if (name === undefined || load === undefined) {
    printError(
      name === undefined
        ? `${logo}Usage - Oracle VM VirtualBox command-line interface\n`
        : `${logo}VBoxManage: error: Invalid command '${name}'\n`,
    );
    return name === undefined ? 0 : 2;
  }
  const service = new Service(home, edition);
  try {
    const command = await load();
    return (await command({ service, args, print, printError })) ?? 0;
  } catch (error) {
    return explain(error, { logo, name, printError });
  } finally {
    service.close();
  }
}

/** Prints a failure as VBoxManage does (errorSyntax, errorArgument, GlueHandleComError), and says the exit code. */
function explain(error: unknown, how: { logo: string; name: string; printError: (text: string) => void }): number {
  const message = (text: string) => how.printError(`VBoxManage: error: ${text}\n`);
  if (error instanceof ApiError) {
    for (const line of error.lines()) message(line);
    return 1;
  }
  if (error instanceof ArgumentProblem) {
    message(error.message);
    return error.exitCode;
  }
  if (!(error instanceof SyntaxProblem)) throw error;
  how.printError(how.logo);
  message(error.message);
  how.printError(`\nUsage - See 'VBoxManage help ${how.name}'.\n`);
  return 2;
}
