import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { Cli, type CliResult } from "../support/cli.js";
import { freePort } from "../support/free-port.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { adoptSshMachine } from "../support/ssh-machine.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const ODD_NAMES = ["with space", "quote'\"`", "line\nfeed", "-dash", "$(touch pwned)", "colon:name"];
const rsyncUnavailable = await runProcess("rsync", ["--version"]).then(
  () => undefined,
  () => "rsync is not installed",
);

describe.skipIf(sshServerUnavailable)(
  `docker-machine scp, with two real sshds${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
    let cli: Cli;
    let servers: SshServer[] = [];

    beforeAll(async () => {
      cli = await Cli.create();
      servers = await Promise.all(["one", "two"].map((name) => startSshServer(cli.directory, name)));
      await Promise.all(servers.map((server, index) => adoptSshMachine(cli, ["one", "two"][index] ?? "", server)));
    });

    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await cli?.[Symbol.asyncDispose]();
    });

    async function scp(...args: string[]): Promise<CliResult> {
      return cli.run(["scp", ...args]);
    }

    async function tree(directory: string): Promise<void> {
      await mkdir(join(directory, "tree/sub"), { recursive: true });
      for (const name of ODD_NAMES) await writeFile(join(directory, "tree/sub", name), name);
      await writeFile(join(directory, "tree/script"), "#!/bin/sh\n");
      await chmod(join(directory, "tree/script"), 0o755);
    }

    test("copies files and folders to a machine, from it, and from one to another that has other keys, and prints nothing", async () => {
      const directory = await scratchDirectory();
      await tree(directory);
      const path = (name: string) => join(directory, name);
      for (const [from, to] of [
        [path("tree"), `one:${path("to")}`],
        [`root@one:${path("to")}`, path("from")],
        [`one:${path("from")}`, `two:${path("across")}`],
      ] as const) {
        expect(await scp("-r", from, to)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
      }
      for (const name of ["to", "from", "across"]) expect((await runProcess("diff", ["-r", path("tree"), path(name)])).stdout).toBe("");
      expect((await stat(path("across/script"))).mode & 0o777).toBe(0o755);
      expect(await scp(`one:${path("tree")}/sub/*:*`, path("to"))).toMatchObject({ exitCode: 0 });
      expect(await readdir(path("to"))).toContain("colon:name");
      // A path of this computer may be named as such.
      expect(await scp(`one:${path("tree/script")}`, `localhost:${path("here")}`)).toMatchObject({ exitCode: 0 });
      expect(await readFile(path("here"), "utf8")).toBe("#!/bin/sh\n");
    });

    test("shows how far it is on a terminal only, and not with -q", async () => {
      const directory = await scratchDirectory();
      await writeFile(join(directory, "file"), Buffer.alloc(3_000_000));
      const onTerminal = (flags: string) =>
        runProcess(
          "script",
          ["-qec", `stty rows 30 cols 100; '${cli.program}' scp ${flags} '${directory}/file' 'one:${directory}/copy'`, "/dev/null"],
          {
            env: { ...cli.env, SHELL: "/bin/sh", TERM: "xterm" },
          },
        );
      expect((await onTerminal("")).stdout).toMatch(/1 file {2}100% {2}3\.0 MB {2}[\d.]+ \w+\/s {2}[\d.]+s/);
      expect((await onTerminal("-q")).stdout).toBe("");
    });

    test.skipIf(rsyncUnavailable)(
      `with -d copies by rsync, through this program${rsyncUnavailable === undefined ? "" : ` (skipped: ${rsyncUnavailable})`}`,
      async () => {
        const directory = await scratchDirectory();
        await tree(directory);
        const path = (name: string) => join(directory, name);
        expect(await scp("-d", "-r", `${path("tree")}/`, `one:${path("to")}`)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
        expect(await scp("-dr", `one:${path("to")}`, ".")).toMatchObject({ exitCode: 1 });
        expect(await scp("-d", "-r", `root@two:${path("to")}/`, path('it\'s "back"'))).toMatchObject({ exitCode: 0 });
        expect((await runProcess("diff", ["-r", path("tree"), path('it\'s "back"')])).stdout).toBe("");
        expect((await stat(path("to/script"))).mode & 0o777).toBe(0o755);
        expect(await scp("-d", "one:a", "two:b")).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining("from a machine to a machine"),
        });
        expect(await scp("-d", path("no"), "one:b")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("exit code 23") });
        expect(await cli.run(["scp", "-d", path("tree/script"), "one:b"], { env: { PATH: "/nowhere" } })).toMatchObject({ exitCode: 1 });
      },
    );

    test("says what is wrong, with the exit code 1", async () => {
      const directory = await scratchDirectory();
      const failing: readonly (readonly [args: string[], message: string])[] = [
        [[], "got 0"],
        [["one:a"], "got 1"],
        [["one:a", "b", "c"], "got 3"],
        [["a", "b"], "Neither of the two paths names a machine"],
        [["nope:a", "b"], '"nope" does not exist'],
        [["../one:a", "b"], "names a machine"],
        [["one:/nowhere", directory], 'Cannot read "/nowhere" on the machine "one": nothing of that name is there.'],
        [["/nowhere", "one:"], 'Cannot read "/nowhere" on this computer'],
        [["one:/etc", directory], "Give the flag -r"],
        [["one:/etc/hosts", "two:/nowhere/hosts"], 'on the machine "two"'],
        [["--bogus", "one:a", "b"], "--bogus"],
      ];
      for (const [args, message] of failing) {
        const { exitCode, stdout, stderr } = await scp(...args);
        expect([args, exitCode, stdout]).toEqual([args, 1, ""]);
        expect(stderr).toContain(message);
      }
      expect(await readdir(directory)).toEqual([]);
    });

    test("tells a machine that does not run, and one without SFTP", async () => {
      const server = { ...servers[0], endpoint: { ...servers[0]?.endpoint, port: await freePort() } } as SshServer;
      await adoptSshMachine(cli, "off", server);
      onTestFinished(() => rm(cli.machinePath("off"), { recursive: true }));
      expect(await scp("off:a", "b")).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/"off" is not running.*\n.*docker-machine start off/),
      });
      const bare = await startSshServer(cli.directory, "bare", { sftp: "absent" });
      onTestFinished(() => bare.stop());
      await adoptSshMachine(cli, "bare", bare);
      onTestFinished(() => rm(cli.machinePath("bare"), { recursive: true }));
      expect(await scp("bare:a", "b")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('on the machine "bare" has no SFTP') });
    });
  },
);
