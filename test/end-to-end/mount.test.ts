import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { Cli } from "../support/cli.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { adoptSshMachine } from "../support/ssh-machine.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const hasSshfs = await runProcess("sshfs", ["--version"]).then(
  () => true,
  () => false,
);
const impossible =
  sshServerUnavailable ?? (hasSshfs ? (existsSync("/dev/fuse") ? undefined : "there is no /dev/fuse") : "sshfs is not installed");

describe.skipIf(impossible)(`docker-machine mount, with a real sshfs${impossible === undefined ? "" : ` (skipped: ${impossible})`}`, () => {
  let cli: Cli;
  let server: SshServer;

  beforeAll(async () => {
    cli = await Cli.create();
    server = await startSshServer(cli.directory, "server");
    await adoptSshMachine(cli, "dev", server);
  });

  afterAll(async () => {
    await server?.stop();
    await cli?.[Symbol.asyncDispose]();
  });

  async function folders(): Promise<{ readonly there: string; readonly here: string }> {
    const directory = await scratchDirectory();
    const [there, here] = [join(directory, "the folder, there's"), join(directory, "here: $it's")];
    await Promise.all([there, here].map((path) => mkdir(path)));
    onTestFinished(() => void runProcess("umount", ["-l", here], { acceptedExitCodes: [0, 1, 32] }));
    return { there, here };
  }

  test("joins a folder with one of a machine until it is unmounted, and leaves no process", async () => {
    const { there, here } = await folders();
    await writeFile(join(there, "from there"), "there");
    expect(await cli.run(["mount", `root@dev:${there}`, here])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await readFile(join(here, "from there"), "utf8")).toBe("there");
    await writeFile(join(here, "from here"), "here");
    expect(await readFile(join(there, "from here"), "utf8")).toBe("here");
    expect(await processes()).toHaveLength(2);
    expect(await cli.run(["mount", "-u", `dev:${there}`, here])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(existsSync(join(here, "from there"))).toBe(false);
    for (let tries = 0; tries < 100 && (await processes()).length > 0; tries += 1) await sleep(100);
    expect(await processes()).toEqual([]);
  });

  test("says what is wrong, with the exit code 1", async () => {
    const { there, here } = await folders();
    for (const [args, message] of [
      [[], "got 0"],
      [["dev:a", "b", "c"], "got 3"],
      [[here, there], "names no machine"],
      [["nope:/", here], '"nope" does not exist'],
      [["dev:/nowhere", here], 'There is no folder "/nowhere" on the machine "dev"'],
      [[`dev:${there}`, "/nowhere"], 'There is no folder "/nowhere" on this computer'],
      [["dev:/nowhere"], 'There is no folder "/nowhere" on this computer'],
      [["-u", `dev:${there}`, here], "was not unmounted"],
    ] as const) {
      const { exitCode, stderr } = await cli.run(["mount", ...args]);
      expect([args, exitCode]).toEqual([args, 1]);
      expect(stderr).toContain(message);
    }
  });

  /** What keeps this test's mounts alive. */
  async function processes(): Promise<string[]> {
    const { stdout } = await runProcess("ps", ["-eo", "args"]);
    const isOurs = (line: string) => (line.startsWith("sshfs ") && line.includes(" root@dev:")) || line.endsWith(" sftp-server root@dev");
    return stdout.split("\n").filter(isOurs);
  }
});
