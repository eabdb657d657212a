import { MachineError } from "../errors.js";
import { runAttached } from "../process/run-attached.js";
import { expandHome } from "../ssh/sftp-file-system.js";
import { localizeHere, noMachine } from "./copy-files.js";
import type { FileLocation } from "./file-location.js";
import type { MachineContext } from "./machine-context.js";
import { findLogin } from "./machine-login.js";
import { ownProgram } from "./own-program.js";

/** How {@link copyDelta} copies. */
export interface CopyDeltaOptions {
  readonly recursive: boolean;
  /** What rsync prints: how far it is, or only errors. */
  readonly output: "progress" | "errors";
}

/** Of a shell, and so of rsync: the program was not found. */
const NOT_FOUND = 127;

/**
 * Copies as the program rsync does, which sends only differences. It reaches the machine by this program's own `ssh`.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID`, `COPY_FAILED`, `COMMAND_NOT_FOUND`, `MACHINE_…`, `OPERATION_ABORTED`
 */
export async function copyDelta(context: MachineContext, from: FileLocation, to: FileLocation, options: CopyDeltaOptions): Promise<void> {
  const [source, target] = await Promise.all([localizeHere(context, from), localizeHere(context, to)]);
  const { machine = target.machine } = source;
  if (machine === undefined) throw noMachine();
  if (source.machine !== undefined && target.machine !== undefined) {
    throw new MachineError("ARGUMENTS_INVALID", "rsync (the flag -d) does not copy from a machine to a machine.", {
      suggestions: ["Leave out -d, or copy to a folder of this computer first, and from there."],
    });
  }
  await findLogin(context, machine, { purpose: "copy files" });
  const { words, env } = ownProgram(context);
  const exitCode = await runAttached("rsync", rsyncArguments(source, target, { ...options, program: words }), {
    env,
    install: "Install rsync (Debian: apt-get install rsync; macOS: brew install rsync), or leave out the flag -d.",
  });
  if (context.signal.aborted) throw new MachineError("OPERATION_ABORTED", "Interrupted while rsync copied.");
  if (exitCode !== 0) throw rsyncFailed(exitCode, machine);
}

/** The arguments of rsync. Folders and links are treated as without it: permissions and times are kept, and links followed. */
export function rsyncArguments(
  from: FileLocation,
  to: FileLocation,
  { recursive, output, program }: CopyDeltaOptions & { readonly program: readonly string[] },
): readonly string[] {
  return [
    // Names reach the host as they are, whatever shell is there.
    "--protect-args",
    "--compress",
    "--copy-links",
    "--perms",
    "--times",
    ...(recursive ? ["--recursive"] : []),
    output === "progress" ? "--progress" : "--quiet",
    `--rsh=${[...program, "ssh"].map(rshWord).join(" ")}`,
    "--",
    operand(from),
    operand(to),
  ];
}

/** rsync splits the words of its remote shell itself: in quotes, only a doubled quote is special (its manual, "--rsh"). */
function rshWord(word: string): string {
  return `'${word.replaceAll("'", "''")}'`;
}

/** rsync takes what stands before a colon for a host, unless there is a slash before. */
function operand({ machine, user, path }: FileLocation): string {
  if (machine === undefined) return /^[^/]*:/.test(path) ? `./${path}` : path;
  return `${user === undefined ? "" : `${user}@`}${machine}:${expandHome(path)}`;
}

function rsyncFailed(exitCode: number, machine: string): MachineError {
  const isMissing = exitCode === NOT_FOUND;
  const reason = isMissing ? `the machine "${machine}" has no rsync` : "what it printed says why";
  return new MachineError("COPY_FAILED", `rsync ended with exit code ${exitCode}: ${reason}.`, {
    suggestions: isMissing ? [`docker-machine ssh ${machine} sudo apt-get install -y rsync`, "Or leave out the flag -d."] : [],
  });
}
