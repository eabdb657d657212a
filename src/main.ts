import { findCommand } from "./command-line/find-command.js";
import { UnknownFlagError } from "./command-line/parse.js";
import { commandTable } from "./command-table.js";
import { hasCode, MachineError } from "./errors.js";
import { painter } from "./terminal/painter.js";
import { exitCodeOf, renderError } from "./terminal/render-error.js";

/**
 * Runs one command line (without program and script), prints what went wrong, and ends the process with its exit code.
 * oclif is loaded for plugins only: loading it takes as long as starting Node.
 */
export async function main(argv: readonly string[]): Promise<never> {
  process.on("uncaughtException", endOnUncaught);
  const streams = streamsInUse();
  try {
    await runCommandLine(argv);
  } catch (error) {
    process.stderr.write(renderError(error, { debug: wantsDebug(argv), paint: painter("stderr") }));
    process.exitCode ??= exitCodeOf(error);
  }
  await Promise.all([...streams].map(written));
  // A driver that hangs in `ls`, or a socket that lingers, must not keep the process.
  process.exit();
}

async function runCommandLine(typed: readonly string[]): Promise<void> {
  const { name, argv, globals } = findCommand(typed, (each) => Object.hasOwn(commandTable, each));
  const load = commandTable[name ?? (["--version", "-v"].includes(typed[0] ?? "") ? "version" : "")];
  if (load === undefined) {
    const { runUnlisted } = await import("./unlisted-command.js");
    return runUnlisted(argv, globals);
  }
  const { default: command } = await load();
  if (name === undefined) return command.run([]);
  if (!command.asksForHelp(argv)) return command.run(argv).catch((error: unknown) => explain(error, name));
  const { showCommandHelp } = await import("./help/show-help.js");
  return showCommandHelp(name, command, argv);
}

/** Adds what was probably meant to an error about a flag. */
async function explain(error: unknown, command: string): Promise<never> {
  if (!(error instanceof UnknownFlagError)) throw error;
  const { nearest } = await import("./nearest.js");
  const near = nearest(error.typed.replace(/^--?/, ""), error.known);
  throw new MachineError(error.code, `docker-machine ${command} has no flag ${error.typed}.`, {
    cause: error,
    suggestions: [...(near === undefined ? [] : [`Did you mean --${near}?`]), `docker-machine ${command} --help`],
  });
}

function wantsDebug(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? undefined : end).some((word) => /^(?:--?debug|-D)$/.test(word));
}

/**
 * Collects stdout and stderr once somebody takes them. Node makes each when it is first asked for, which takes time; but what was written to a pipe that is full must not be lost.
 */
function streamsInUse(): ReadonlySet<NodeJS.WriteStream> {
  const used = new Set<NodeJS.WriteStream>();
  for (const name of ["stdout", "stderr"] as const) {
    const getter = Object.getOwnPropertyDescriptor(process, name)?.get;
    const get = () => {
      const stream: NodeJS.WriteStream = getter?.call(process);
      used.add(stream);
      return stream;
    };
    if (getter !== undefined) Object.defineProperty(process, name, { get, configurable: true, enumerable: true });
  }
  return used;
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** Nobody reading stdout any more is no failure. Everything else here is a mistake of ours or of a driver's. */
function endOnUncaught(error: unknown): void {
  if (hasCode(error, "EPIPE") && process.stdout.errored === error) process.exit(0);
  process.stderr.write(renderError(error, { debug: wantsDebug(process.argv.slice(2)), paint: painter("stderr") }));
  process.exit(1);
}
