import { existsSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ADAPTER_FORMS, type AdapterForm, adapterOf, addRule, readRule, removeRule } from "../model/adapter-settings.ts";
import type { Edition } from "../model/edition.ts";
import { ApiError, SyntaxProblem } from "../model/errors.ts";
import type { Machine } from "../model/machine.ts";
import { type SettingForm, settingFormsOf } from "../model/machine-settings.ts";
import { type GivenOption, type OptionForm, readOptions } from "../model/options.ts";
import { findMachine, ownSession, requireMutable, requireUnlocked } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import type { Command } from "./command.ts";
import { checkedOsType } from "./create-vm.ts";

const FILE = "VBoxManageModifyVM.cpp";
const LOCK = { call: "LockMachine(a->session, LockType_Write)", line: 640, file: FILE };
const NAT_RULE = ["natpf", "nat-pf"];
const SERIAL = ["uart", "uartmode", "uart-mode", "uarttype", "uart-type"];

type Change = (machine: Machine, state: ServiceState) => void;

/** `VBoxManage modifyvm`: all options are applied to a copy and saved at the end, so that one that is refused leaves nothing behind. */
export const modifyVm: Command = async ({ service, args }) => {
  const [wanted, ...words] = args;
  if (wanted === undefined) throw new SyntaxProblem("Not enough parameters");
  const { edition } = service;
  const forms = formsOf(edition);
  const prepared = takePairs(words, forms.pairs);
  const line = readOptions(prepared.words, forms.options);
  const changes = line.options.map((option) => changeOf(option, edition, prepared.values));
  const open = () =>
    service.change((state) => {
      const machine = findMachine(state, wanted, {
        call: "FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())",
        line: 634,
        file: FILE,
      });
      requireUnlocked(machine, LOCK);
      requireMutable(machine, { call: "COMSETTER(…)(…)", line: 660, file: FILE });
      machine.session = ownSession("write");
      return machine.id;
    });
  const id = await open();
  try {
    await service.change((state) => {
      const machine = findMachine(state, id);
      for (const change of changes) change(machine, state);
    });
  } finally {
    await service.change((state) => {
      findMachine(state, id).session = undefined;
    });
  }
};

/** Options with two values (`--natpf1 delete NAME`, `--uart1 0x3f8 4`) take their second word from the command line by themselves. */
function takePairs(words: readonly string[], pairs: ReadonlySet<string>): { words: string[]; values: Map<string, string[]> } {
  const out: string[] = [];
  const values = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const next = words[at + 1] ?? "";
    const stem = word.replace(/^--/, "").replace(/\d+$/, "");
    out.push(word);
    if (!word.startsWith("--") || !pairs.has(stem) || !needsSecond(stem, next)) continue;
    const second = words[at + 2];
    if (second === undefined) throw new SyntaxProblem(`Missing or invalid argument to '${word}'`);
    out.push(next);
    values.set(`${stem} ${/\d+$/.exec(word)?.[0] ?? "0"} ${next}`, [
      ...(values.get(`${stem} ${/\d+$/.exec(word)?.[0]} ${next}`) ?? []),
      second,
    ]);
    at += 2;
  }
  return { words: out, values };
}

function needsSecond(stem: string, value: string): boolean {
  if (NAT_RULE.includes(stem)) return value === "delete";
  if (stem === "uart") return value !== "off";
  return ["server", "client", "tcpserver", "tcpclient", "file"].includes(value);
}

function formsOf(edition: Edition): { options: Map<string, OptionForm>; pairs: Set<string> } {
  const options = new Map<string, OptionForm>();
  const isNew = edition.isAtLeast(7);
  const spelled = (names: readonly string[]) => names.filter((name) => isNew || !name.includes("-"));
  for (const form of settingFormsOf(edition)) {
    const takes = typeof form.standard === "number" ? "number" : "text";
    for (const name of form.names) options.set(`--${name}`, { takes, indexed: form.isIndexed === true });
  }
  for (const form of ADAPTER_FORMS) {
    if (form.isVmnet === true && !edition.hasHostOnlyNetworks) continue;
    for (const name of spelled(form.names)) options.set(`--${name}`, { takes: "text", indexed: true });
  }
  for (const name of spelled([...NAT_RULE, ...SERIAL])) options.set(`--${name}`, { takes: "text", indexed: true });
  for (const name of ["name", "groups", "ostype", "hardwareuuid", ...(isNew ? ["os-type", "hardware-uuid"] : [])])
    options.set(`--${name}`, { takes: "text" });
  return { options, pairs: new Set([...NAT_RULE, "uart", "uartmode", "uart-mode"]) };
}

function changeOf(option: GivenOption, edition: Edition, seconds: Map<string, string[]>): Change {
  const name = option.name.slice(2);
  const second = seconds.get(`${name} ${option.index} ${option.value}`)?.shift();
  if (NAT_RULE.includes(name)) {
    if (option.value === "delete") return (machine) => void removeRule(adapterOf(machine, option.index), second ?? "");
    const rule = readRule(option.value);
    return (machine) => addRule(adapterOf(machine, option.index), rule);
  }
  const adapterForm = ADAPTER_FORMS.find(({ names }) => names.includes(name));
  if (adapterForm !== undefined) return adapterChange(adapterForm, option, edition);
  if (SERIAL.includes(name)) {
    const key = name.replace("-", "");
    return (machine) => (machine.settings[`${key}${option.index}`] = second === undefined ? option.value : `${option.value},${second}`);
  }
  if (name === "name") return (machine, state) => rename(machine, option.value, state);
  if (name === "groups") return (machine) => (machine.groups = option.value.split(","));
  if (name === "ostype" || name === "os-type") return (machine) => (machine.osType = checkedOsType(option.value));
  if (name.startsWith("hardware")) return (machine) => (machine.hardwareUuid = option.value);
  const form = settingFormsOf(edition).find(({ names }) => names.includes(name));
  if (form === undefined) throw new SyntaxProblem(`Unknown option: ${option.name}`);
  return settingChange(form, option);
}

function adapterChange(form: AdapterForm, option: GivenOption, edition: Edition): Change {
  return (machine) => form.apply(adapterOf(machine, option.index), option.value, edition);
}

function settingChange(form: SettingForm, option: GivenOption): Change {
  return (machine) => {
    if (form.key === "boot" && (option.index < 1 || option.index > 4)) {
      throw new ApiError("E_INVALIDARG", "SessionMachine", `Invalid boot position: ${option.index} (must be in range [1, 4])`);
    }
    machine.settings[form.isIndexed === true ? `${form.key}${option.index}` : form.key] = form.read(option.value);
  };
}

/** Machine::i_prepareSaveSettings: the folder is renamed with the machine where it has the machine's name. */
function rename(machine: Machine, name: string, state: ServiceState): void {
  if (name === machine.name) return;
  const site = { call: "SaveSettings()", line: 3180, file: FILE };
  if (state.machines.some((one) => one !== machine && one.name === name)) {
    throw new ApiError("VBOX_E_FILE_ERROR", "SessionMachine", `A machine named '${name}' already exists (VERR_ALREADY_EXISTS)`, { site });
  }
  const folder = dirname(machine.settingsFile);
  const renamed = basename(folder) === machine.name ? join(dirname(folder), name) : folder;
  if (renamed !== folder && existsSync(renamed)) {
    const text = `Could not rename the directory '${folder}' to '${renamed}' to save the settings file (VERR_ALREADY_EXISTS)`;
    throw new ApiError("VBOX_E_FILE_ERROR", "SessionMachine", text, { site });
  }
  if (renamed !== folder) renameSync(folder, renamed);
  const settingsFile = join(renamed, `${name}.vbox`);
  if (existsSync(join(renamed, basename(machine.settingsFile)))) renameSync(join(renamed, basename(machine.settingsFile)), settingsFile);
  for (const medium of state.media)
    if (medium.location.startsWith(`${folder}/`)) medium.location = renamed + medium.location.slice(folder.length);
  machine.settingsFile = settingsFile;
  machine.name = name;
}
