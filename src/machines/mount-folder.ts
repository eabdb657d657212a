import { stat } from "node:fs/promises";
import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { runProcess } from "../process/run-process.js";
import { startDaemon } from "../process/start-daemon.js";
import { expandHome } from "../ssh/sftp-file-system.js";
import type { FileLocation } from "./file-location.js";
import type { MachineContext } from "./machine-context.js";
import { logIn } from "./machine-login.js";
import { type OwnProgram, ownProgram } from "./own-program.js";

/** A folder of a machine's host. */
export type RemoteFolder = FileLocation & { readonly machine: string };

/**
 * What sshfs runs instead of ssh: this program's own way to the machine. sshfs splits it at blanks and knows no quotes, so the words come by the environment.
 * The words that sshfs adds are for OpenSSH, and not needed.
 */
const SSH_COMMAND = 'sh -c exec$IFS"$DOCKER_MACHINE_NODE"$IFS"$DOCKER_MACHINE_SCRIPT"$IFS"sftp-server"$IFS"$DOCKER_MACHINE_LOGIN"';
const INSTALL_SSHFS =
  "Install sshfs (Debian: apt-get install sshfs; Fedora: dnf install fuse-sshfs; macOS: macFUSE and SSHFS from macfuse.io).";
const UNMOUNT_PROGRAMS: readonly (readonly [file: string, ...args: string[]])[] = [["fusermount3", "-u"], ["fusermount", "-u"], ["umount"]];

/**
 * Mounts a folder of a machine's host in a folder of this computer, by the program sshfs, which stays in the background.
 *
 * @throws {MachineError} `MOUNT_FAILED`, `COMMAND_NOT_FOUND`, `MACHINE_…`, `SSH_…`
 */
export async function mountFolder(context: MachineContext, folder: RemoteFolder, directory: string): Promise<void> {
  const { machine, user } = folder;
  const path = expandHome(folder.path);
  if (!(await isFolder(directory))) {
    throw new MachineError("MOUNT_FAILED", `There is no folder ${JSON.stringify(directory)} on this computer to mount in.`, {
      suggestions: ["Make it, and try again."],
    });
  }
  {
    using connection = await logIn(context, machine, { user, purpose: "mount a folder" });
    using files = await connection.files(`on the machine "${machine}"`);
    if ((await files.status(path))?.kind !== "folder") {
      throw new MachineError("MOUNT_FAILED", `There is no folder ${JSON.stringify(folder.path)} on the machine "${machine}".`);
    }
  }
  const login = user === undefined ? machine : `${user}@${machine}`;
  const { exitCode, output } = await startDaemon("sshfs", sshfsArguments(`${login}:${path}`, directory), {
    env: sshfsEnvironment(ownProgram(context), login),
    install: INSTALL_SSHFS,
  });
  if (exitCode === 0) return;
  throw new MachineError("MOUNT_FAILED", `sshfs did not mount in ${JSON.stringify(directory)} (exit code ${exitCode}): ${output}`);
}

/**
 * Ends a mount. The machine need not run, nor be there.
 *
 * @throws {MachineError} `MOUNT_FAILED`, `COMMAND_NOT_FOUND`
 */
export async function unmountFolder({ signal }: MachineContext, directory: string): Promise<void> {
  for (const [file, ...args] of UNMOUNT_PROGRAMS) {
    try {
      await runProcess(file, [...args, "--", directory], { signal });
      return;
    } catch (cause) {
      if (isDriverError(cause) && cause.code === "COMMAND_NOT_FOUND") continue;
      if (!isDriverError(cause) || cause.code !== "COMMAND_FAILED") throw cause;
      throw new MachineError("MOUNT_FAILED", `${JSON.stringify(directory)} was not unmounted: ${cause.message}`, { cause });
    }
  }
  throw new MachineError("COMMAND_NOT_FOUND", "No program to unmount with was found: fusermount3, fusermount or umount.", {
    suggestions: [INSTALL_SSHFS],
  });
}

/** The arguments of sshfs. */
function sshfsArguments(remote: string, directory: string): readonly string[] {
  return ["-o", `ssh_command=${SSH_COMMAND}`, "--", remote, directory];
}

/** The variables that {@link sshfsArguments} count on. */
function sshfsEnvironment({ words: [node = "", script = ""], env }: OwnProgram, login: string): Readonly<Record<string, string>> {
  return { ...env, DOCKER_MACHINE_NODE: node, DOCKER_MACHINE_SCRIPT: script, DOCKER_MACHINE_LOGIN: login };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
