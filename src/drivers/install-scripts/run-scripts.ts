import type { Logger } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import { runInShell } from "../../process/run-in-shell.js";
import type { InstallWishes } from "../candidate.js";
import type { Ask } from "../consent/trust.js";
import { plainLine } from "../plain-line.js";
import { findInstallScripts, type InstallScript, showScript } from "./find-scripts.js";
import { scriptEnvironment, scriptVariables } from "./script-environment.js";
import { settleLinks } from "./settle-links.js";
import { makeTreePrograms, type TreePrograms } from "./tree-programs.js";

/** How install scripts are run. */
export interface ScriptOptions {
  /** The driver's canonical source, for messages. */
  readonly source: string;
  readonly env: NodeJS.ProcessEnv;
  /** A private folder; its maker removes it. */
  readonly scratch: string;
  readonly log: Logger;
  /** Absent without a terminal: then `--allow-scripts` is consent. */
  readonly ask?: Ask | undefined;
  readonly wishes: InstallWishes;
  readonly signal: AbortSignal;
}

const SHOWN_LINES = 15;

/**
 * Shows the install scripts of a package and of all below it, asks on a terminal, and runs them in npm's order, each in its package's folder, with {@link scriptEnvironment} and nothing more.
 * Afterwards the tree is one of plain files again. One that fails ends the installation, unless its package is optional.
 *
 * @param folder the package's folder, with its dependencies in `node_modules`
 * @returns the scripts that ran, as they were shown
 * @throws {MachineError} `DRIVER_NOT_TRUSTED` if the user says no, `DRIVER_SCRIPT_FAILED`, `OPERATION_ABORTED`
 */
export async function runInstallScripts(folder: string, options: ScriptOptions): Promise<readonly string[]> {
  const { env, scratch, log } = options;
  const scripts = await findInstallScripts(folder);
  if (scripts.length === 0) return [];
  await agreeTo(scripts, options);
  const programs = await makeTreePrograms(folder, scratch, env.PATH ?? env.Path ?? "");
  const base = await scriptEnvironment({ env, scratch });
  for (const script of scripts) await runOne(script, { ...options, base, programs });
  for (const path of await settleLinks(folder))
    log.info(`An install script left ${JSON.stringify(path)}, which is no plain file. It was removed.`);
  return scripts.map(showScript);
}

async function agreeTo(scripts: readonly InstallScript[], { ask, wishes, log, source }: ScriptOptions): Promise<void> {
  const lines = scripts.map((script) => `  ${showScript(script)}`).join("\n");
  const head = `Install scripts of ${source}, which can do all that you can:`;
  if (ask === undefined || wishes.yes === true) {
    log.info(`${head}\n${lines}`);
    return;
  }
  if (await ask(`${head}\n\n${lines}\n\nRun them?`)) return;
  throw new MachineError(
    "DRIVER_NOT_TRUSTED",
    `The driver from ${source} was not installed: you did not agree to its install scripts. None was run.`,
    {
      suggestions: [`To install it without: docker-machine driver install ${source}`],
    },
  );
}

async function runOne(
  script: InstallScript,
  {
    base,
    programs,
    signal,
    log,
    source,
  }: ScriptOptions & { readonly base: Readonly<Record<string, string>>; readonly programs: TreePrograms },
): Promise<void> {
  const { folder, event, command, isOptional } = script;
  const name = `${script.package}@${script.version}`;
  log.debug(`Running ${showScript(script)}`);
  const last: string[] = [];
  const onLine = (line: string) => {
    log.debug(`(${name}) ${line}`);
    last.push(line);
    if (last.length > SHOWN_LINES) last.shift();
  };
  const env = { ...withoutPath(base), ...scriptVariables(script), PATH: programs.pathFor(folder) };
  const exitCode = await runInShell(command, { cwd: folder, env, signal, onLine });
  if (exitCode === 0) return;
  const problem = `The script "${event}" of ${name} (${plainLine(command)}) ended with exit code ${exitCode}`;
  if (isOptional) {
    log.warn(`${problem}. The package is optional, so the installation goes on.`);
    return;
  }
  const output = last.join("\n").trim();
  throw new MachineError("DRIVER_SCRIPT_FAILED", `${problem}${output === "" ? "." : `:\n${output}`}`, {
    suggestions: [
      ...(/node-gyp/.test(`${command}\n${output}`)
        ? ["To build add-ons: a C++ compiler, make and Python, and npm install --global node-gyp"]
        : []),
      `To install it without scripts, which may do: docker-machine driver install ${source}`,
    ],
  });
}

/** Windows spells it `Path`. */
function withoutPath(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.toUpperCase() !== "PATH"));
}
