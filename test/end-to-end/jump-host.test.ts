import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { Cli } from "../support/cli.js";
import { driverPackage, writeFiles } from "../support/driver-package.js";
import { freePort } from "../support/free-port.js";
import { JumpHost } from "../support/jump-host.js";
import { NetworkNamespace } from "../support/network-namespace.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { adoptSshMachine } from "../support/ssh-machine.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const CODE = `import { BaseDriver, defineDriver } from "@docker-machine/driver-sdk";
class Private extends BaseDriver {
  async create() {}
  async remove() {}
  async status() { return "Running"; }
  async url() { return "tcp://127.0.0.5:1"; }
  async sshEndpoint() { return this.machine.state.ssh; }
}
export default defineDriver({ name: "private", summary: "Behind a jump host", options: {}, createDriver: (machine, host) => new Private(machine, host) });
`;

const has = (...command: readonly [string, ...string[]]) =>
  runProcess(command[0], command.slice(1)).then(
    () => true,
    () => false,
  );
const rsyncUnavailable = (await has("rsync", "--version")) ? undefined : "rsync is not installed";
const sshfsUnavailable = (await has("sshfs", "--version"))
  ? existsSync("/dev/fuse")
    ? undefined
    : "there is no /dev/fuse"
  : "sshfs is not installed";

describe.skipIf(sshServerUnavailable)(
  `A machine that only a jump host reaches, with two real sshds${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
    let cli: Cli;
    let network: NetworkNamespace;
    let server: SshServer;
    let jump: JumpHost;

    beforeAll(async () => {
      cli = await Cli.create();
      network = await NetworkNamespace.start();
      server = await startSshServer(cli.directory, "server", { namespace: network });
      jump = await JumpHost.start(cli.directory, "jump", network);
      await writeFiles(join(cli.directory, "driver"), driverPackage({ driver: "private", code: CODE }));
      expect(await cli.run(["driver", "link", join(cli.directory, "driver")])).toMatchObject({ exitCode: 0 });
      await adopt("dev", { ...server.endpoint, jump: jump.endpoint });
    });

    afterAll(async () => {
      await jump?.stop();
      await server?.stop();
      await network?.stop();
      await cli?.[Symbol.asyncDispose]();
    });

    async function adopt(name: string, ssh: SshEndpoint): Promise<void> {
      await adoptSshMachine(cli, name, server);
      const path = cli.machinePath(name, "config.json");
      const config = JSON.parse(await readFile(path, "utf8"));
      await writeFile(path, JSON.stringify({ ...config, DriverName: "private", Driver: { ...config.Driver, ssh } }));
    }

    test("has its commands, input and exit codes passed through, and both hosts' keys recorded", async () => {
      const result = await cli.run(["ssh", "dev", "cat; echo oops >&2; exit 7"], { input: "hello\n" });
      expect(result).toEqual({ exitCode: 7, stdout: "hello\n", stderr: "oops\n" });
      expect(await readFile(cli.machinePath("dev", "known_hosts"), "utf8")).toMatch(/^dev\.jump \S+ \S+\ndev \S+ \S+\n$/);
    });

    test("has its ports forwarded until an interrupt, which ends the program", async () => {
      const port = await freePort();
      const child = cli.start(["ssh", "dev", "-N", "-L", `${port}:${network.address}:${server.endpoint.port}`]);
      onTestFinished(() => void child.kill("SIGKILL"));
      const ended = new Promise((resolve) => child.once("close", resolve));
      const greeting = async () => (await runProcess("bash", ["-c", `read -r line < /dev/tcp/127.0.0.1/${port}; echo "$line"`])).stdout;
      await expect.poll(() => greeting().catch(String), { timeout: 20_000 }).toMatch(/^SSH-2\.0-OpenSSH/);
      child.kill("SIGINT");
      expect(await ended).toBe(130);
    });

    test.each([["scp", []] as const, ...(rsyncUnavailable === undefined ? [["scp -d (rsync)", ["-d"]] as const] : [])])(
      "is copied to and from by %s",
      async (_name, flags) => {
        const directory = await scratchDirectory();
        const path = (name: string) => join(directory, name);
        await mkdir(path("tree"));
        await writeFile(path("tree/with space"), Buffer.alloc(1_000_000, 7));
        expect(await cli.run(["scp", "-r", ...flags, path("tree"), `dev:${path("there")}`])).toEqual({
          exitCode: 0,
          stdout: "",
          stderr: "",
        });
        expect(await cli.run(["scp", "-r", ...flags, `dev:${path("there")}`, path("back")])).toEqual({
          exitCode: 0,
          stdout: "",
          stderr: "",
        });
        const found = (await runProcess("find", [directory, "-name", "with space", "-size", "1000000c"])).stdout.trim().split("\n");
        expect(found).toHaveLength(3);
      },
    );

    test.skipIf(sshfsUnavailable)(
      `has its folders mounted, until the mount ends${sshfsUnavailable === undefined ? "" : ` (skipped: ${sshfsUnavailable})`}`,
      async () => {
        const directory = await scratchDirectory();
        const [there, here] = [join(directory, "there"), join(directory, "here")];
        await Promise.all([there, here].map((path) => mkdir(path)));
        onTestFinished(() => void runProcess("umount", ["-l", here], { acceptedExitCodes: [0, 1, 32] }));
        await writeFile(join(there, "file"), "content");
        expect(await cli.run(["mount", `dev:${there}`, here])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
        expect(await readFile(join(here, "file"), "utf8")).toBe("content");
        expect(jump.open).toBe(1);
        expect(await cli.run(["mount", "-u", `dev:${there}`, here])).toMatchObject({ exitCode: 0 });
        for (let tries = 0; tries < 100 && jump.open > 0; tries += 1) await sleep(100);
        expect(jump.open).toBe(0);
      },
    );

    test("has errors that name the host that failed", async () => {
      const gone = await freePort();
      await adopt("lost", { ...server.endpoint, jump: { ...jump.endpoint, port: gone } });
      const result = await cli.run(["ssh", "lost", "true"]);
      expect(result).toMatchObject({
        exitCode: 255,
        stderr: expect.stringContaining(`The jump host refuses SSH connections to 127.0.0.1:${gone}.`),
      });
      const { stdout } = await cli.run(["ls", "--filter", "name=dev"]);
      expect(stdout).toContain("Cannot connect to the docker engine endpoint");
    });

    test("is not asked for at a command that needs no connection", async () => {
      const deaf = await deafServer();
      const { port } = deaf.address() as { readonly port: number };
      await adopt("far", { ...server.endpoint, jump: { ...jump.endpoint, port } });
      for (const command of ["status", "ip", "url"]) expect(await cli.run([command, "far"]), command).toMatchObject({ exitCode: 0 });
      expect(await cli.run(["ls", "-q"])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("far\n") });
      const { stdout } = await cli.run(["ls", "--timeout", "1", "--filter", "name=far"]);
      expect(stdout).toMatch(/^far .*(Timeout|Unable to query)/m);
    });

    /** Takes connections and says nothing. */
    async function deafServer(): Promise<Server> {
      const deaf = createServer((socket) => {
        socket.on("error", () => undefined);
        onTestFinished(() => void socket.destroy());
      });
      await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void deaf.close());
      return deaf;
    }
  },
);
