import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { GitHost } from "../support/git-host.js";
import { containerImage, exampleDriver, exampleFiles, hostImage, hostsImpossible, residueOf, TextServer } from "../support/nspawn-host.js";

const run = promisify(execFile);
const SUBNET_PREFIX = "172.29.66.";
const SOURCE = "github.com/my-org/docker-machine-driver-nspawn";

/** Puts the package's own files under a lower version: the archive has no other. */
const INSTALL_OLDER = `set -eu
cd "$(mktemp -d)"
apt-get -q download docker.io >&2
dpkg-deb -R docker.io_*.deb tree
sed -i 's/^Version: .*/Version: 20.10.23/' tree/DEBIAN/control
dpkg-deb -b -Znone tree older.deb >&2
dpkg --force-downgrade --force-confold -i older.deb >&2`;

let cli: Cli;
let stateDirectory: string;

describe.skipIf(hostsImpossible !== undefined)(
  `machines on real hosts${hostsImpossible === undefined ? "" : ` (skipped: ${hostsImpossible})`}`,
  () => {
    beforeAll(async () => {
      cli = await Cli.create();
      stateDirectory = join(cli.directory, "nspawn");
      cli.env.NSPAWN_IMAGE = await hostImage();
      cli.env.NSPAWN_SUBNET = `${SUBNET_PREFIX}0/24`;
      cli.env.NSPAWN_STATE_DIRECTORY = stateDirectory;
    });
    afterAll(async () => {
      const { stdout } = await cli.run(["ls", "-q"]);
      for (const name of stdout.split("\n").filter((each) => each !== "")) await cli.run(["rm", "-f", name]);
      await cli[Symbol.asyncDispose]();
    });

    const docker = async (name: string, ...args: string[]): Promise<string> => {
      const { stdout: config } = await cli.run(["config", name]);
      const { stdout } = await run("docker", [
        ...config
          .trim()
          .split("\n")
          .map((line) => line.replaceAll('"', "")),
        ...args,
      ]);
      return stdout.trim();
    };
    const residue = (name: string) => residueOf(cli.machinePath(name), stateDirectory, SUBNET_PREFIX);
    const expectSuccess = (result: CliResult) => expect(result, result.stderr).toMatchObject({ exitCode: 0 });

    it("a driver that nobody has installed, in a git repository, makes a host that runs a container", async () => {
      const git = await GitHost.start(join(cli.directory, "git"));
      let created: CliResult;
      try {
        await git.commit("my-org/docker-machine-driver-nspawn", await exampleFiles(), { tag: "v1.0.0" });
        created = await cli.run(["create", "-d", SOURCE, "dev"], { env: { MACHINE_GIT_MIRRORS: `github.com=${git.url}` } });
      } finally {
        await git.stop();
      }
      expectSuccess(created);
      expect(created.stdout).toMatch(
        /^Installed the driver "nspawn" 1\.0\.0 from github\.com\/.*commit [0-9a-f]{40}.*No install scripts were run\.\n/,
      );
      expect(created.stdout).toMatch(
        /Checking connection to Docker\.\.\.\nDocker is up and running!\nTo see how to connect .* docker-machine env dev\n$/,
      );
      expect(await docker("dev", "import", await containerImage(), "busybox")).toMatch(/^sha256:/);
      expect(await docker("dev", "run", "--rm", "busybox", "uname", "-n")).toMatch(/^[0-9a-f]{12}$/);
    });

    it("is listed, and tells its address, url, status and environment", async () => {
      const { stdout: ip } = await cli.run(["ip", "dev"]);
      expect(ip).toMatch(/^172\.29\.66\.\d+\n$/);
      const url = `tcp://${ip.trim()}:2376`;
      expect(await cli.run(["url", "dev"])).toMatchObject({ stdout: `${url}\n` });
      expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: "Running\n" });
      expect((await cli.run(["env", "dev"])).stdout).toContain(
        `export DOCKER_HOST="${url}"\nexport DOCKER_CERT_PATH="${cli.machinePath("dev")}"`,
      );
      expect((await cli.run(["ls"], { env: { DOCKER_HOST: url } })).stdout).toMatch(
        /\ndev {4}\* {8}nspawn {3}Running {3}tcp:\S+ +v\d+\.\d+\S+ +\n$/,
      );
      expect((await cli.run(["version", "dev"])).stdout).toMatch(/^\d+\.\d+/);
      const listed = JSON.parse((await cli.run(["driver", "list", "--json"])).stdout);
      expect(listed.drivers).toContainEqual(
        expect.objectContaining({ name: "nspawn", source: SOURCE, sdkRange: "^1.0.0", machines: ["dev"] }),
      );
    });

    it("is logged in to with its recorded host key, and passes on input and exit code", async () => {
      expect(await cli.run(["ssh", "dev", "cat; exit 7"], { input: "through stdin" })).toMatchObject({
        exitCode: 7,
        stdout: "through stdin",
      });
      expect(await cli.run(["ssh", "dev", "uname", "-n"])).toMatchObject({ exitCode: 0, stdout: "dev\n" });
      const known = cli.machinePath("dev", "known_hosts");
      const recorded = await readFile(known, "utf8");
      const wrong = recorded.replace(/[A-Za-z0-9+/]{8}=*\s*$/, "AAAAAAAA\n");
      await writeFile(known, wrong);
      expect(await cli.run(["ssh", "dev", "true"])).toMatchObject({
        exitCode: 255,
        stderr: expect.stringMatching(/was recorded when it was created.*ssh-keygen -R dev/s),
      });
      await writeFile(known, recorded);
    });

    it("keeps the containers' data over stop, start, restart and kill", async () => {
      await docker("dev", "run", "--name", "keeper", "busybox", "sh", "-c", "echo precious > /kept");
      expectSuccess(await cli.run(["stop", "dev"]));
      expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: "Stopped\n" });
      expect(await cli.run(["stop", "dev"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("already stopped") });
      expect(await cli.run(["env", "dev"])).toMatchObject({ exitCode: 1 });
      expectSuccess(await cli.run(["start", "dev"]));
      expect(await docker("dev", "ps", "--all", "--format", "{{.Names}}")).toBe("keeper");
      expectSuccess(await cli.run(["restart", "dev"]));
      expectSuccess(await cli.run(["kill", "dev"]));
      expectSuccess(await cli.run(["start", "dev"]));
      expect(await docker("dev", "cp", "keeper:/kept", "-")).toContain("precious");
    });

    it("is provisioned again without restarting Docker when nothing changed", async () => {
      const pid = async () => (await cli.run(["ssh", "dev", "pidof dockerd"])).stdout;
      const before = await pid();
      expectSuccess(await cli.run(["provision", "dev"]));
      expect(await pid()).toBe(before);
      expectSuccess(await cli.run(["regenerate-certs", "-f", "dev"]));
      expect(await pid()).not.toBe(before);
    });

    it("accepts a renewed client certificate", async () => {
      const before = await readFile(cli.machinePath("dev", "cert.pem"));
      expectSuccess(await cli.run(["regenerate-certs", "-f", "--client-certs", "dev"]));
      expect(await readFile(cli.machinePath("dev", "cert.pem"))).not.toEqual(before);
      expect(await docker("dev", "ps", "--all", "--format", "{{.Names}}")).toBe("keeper");
    });

    it("has its Docker upgraded with the package that it was installed from", { timeout: 600_000 }, async () => {
      const newest = await cli.run(["upgrade", "dev"]);
      expectSuccess(newest);
      expect(newest.stdout).toMatch(
        /^Upgrading docker\.\.\.\nDocker \S+ on "dev" is already the newest version \(package docker\.io \S+\)\.\n$/,
      );
      expectSuccess(await cli.run(["ssh", "dev", INSTALL_OLDER]));
      const upgraded = await cli.run(["upgrade", "dev"]);
      expectSuccess(upgraded);
      expect(upgraded.stdout).toMatch(/Docker on "dev" was upgraded from \S+ to \S+ \(package docker\.io: 20\.10\.23 to \d\S+\)\.\n$/);
      expect(await docker("dev", "ps", "--all", "--format", "{{.Names}}")).toBe("keeper");
      expectSuccess(await cli.run(["stop", "dev"]));
      expect(await cli.run(["upgrade", "dev"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("docker-machine start dev") });
      expectSuccess(await cli.run(["start", "dev"]));
    });

    it("is taken over by the driver generic, under another name, restarted through SSH alone, and provisioned as the Go program left it", async () => {
      const key = join(cli.directory, "id_dev");
      await copyFile(cli.machinePath("dev", "id_ed25519"), key);
      const ip = (await cli.run(["ip", "dev"])).stdout.trim();
      expectSuccess(await cli.run(["create", "-d", "generic", "--generic-ip-address", ip, "--generic-ssh-key", key, "taken"]));
      expect((await cli.run(["ssh", "taken", "hostname"])).stdout).toBe("taken\n");
      const bootId = async () => (await cli.run(["ssh", "taken", "cat /proc/sys/kernel/random/boot_id"])).stdout;
      const before = await bootId();
      // A host of the example driver that reboots itself stops: somebody has to press its power button.
      const restarted = cli.run(["restart", "taken"], { env: { MACHINE_WAIT_TIMEOUT: "60" } });
      while ((await cli.run(["status", "dev"])).stdout !== "Stopped\n") await setTimeout(100);
      expectSuccess(await cli.run(["start", "dev"]));
      expectSuccess(await restarted);
      expect(await bootId()).not.toBe(before);
      const { DockerMachine: _own, ...made } = JSON.parse(await readFile(cli.machinePath("taken", "config.json"), "utf8"));
      await writeFile(cli.machinePath("taken", "config.json"), JSON.stringify(made, null, 4));
      await rm(cli.machinePath("taken", "known_hosts"));
      expectSuccess(await cli.run(["provision", "taken"]));
      expect(await readFile(cli.machinePath("taken", "known_hosts"), "utf8")).toMatch(/^taken ssh-ed25519 /);
      expectSuccess(await cli.run(["rm", "-y", "taken"]));
      expect(await cli.run(["status", "dev"])).toMatchObject({ stdout: "Running\n" });
    });

    it("keeps its driver from being uninstalled", async () => {
      expect(await cli.run(["driver", "uninstall", "nspawn"])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("used by dev"),
      });
    });

    it("leaves nothing when it is removed", async () => {
      expect(await residue("dev")).not.toEqual([]);
      expectSuccess(await cli.run(["rm", "-y", "dev"]));
      expect(await residue("dev")).toEqual([]);
      expect(await readdir(join(cli.storagePath, "machines"))).toEqual([]);
      expectSuccess(await cli.run(["driver", "uninstall", "nspawn"]));
      expect(await readdir(cli.driversDirectory)).not.toContain("nspawn");
    });

    describe("with the driver linked from its folder", () => {
      const linked = ["create", "-d", exampleDriver];

      it("Docker is installed where it is missing, by the script of --engine-install-url, and hostile values arrive literally", async () => {
        await using script = await TextServer.start(
          "set -e\napt-get update -q\nDEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker.io iptables\n",
        );
        const created = await cli.run([
          ...linked,
          `--nspawn-image=${await hostImage({ docker: false })}`,
          `--engine-install-url=http://${SUBNET_PREFIX}1:${script.port}/install.sh`,
          "--engine-label=x=$(touch /tmp/pwned)",
          "--engine-env=MSG=hello world",
          "--tls-san=bare.example",
          "bare",
        ]);
        expectSuccess(created);
        expect(await docker("bare", "info", "--format", "{{json .Labels}}")).toContain("x=$(touch /tmp/pwned)");
        expect((await cli.run(["ssh", "bare", "ls /tmp/pwned"])).exitCode).toBe(2);
        expect((await cli.run(["ssh", "bare", "tr '\\0' '\\n' < /proc/$(pidof dockerd)/environ"])).stdout).toContain("MSG=hello world\n");
        expect((await run("openssl", ["x509", "-noout", "-text", "-in", cli.machinePath("bare", "server.pem")])).stdout).toContain(
          "DNS:bare.example",
        );
        expect((await cli.run(["ssh", "bare", "stat -c %a /etc/docker/server-key.pem"])).stdout).toBe("600\n");
        expectSuccess(await cli.run(["rm", "-y", "bare"]));
        expect(await residue("bare")).toEqual([]);
      });

      it("Docker that doesn't come up is an error with the end of its journal, and rm removes the host", async () => {
        const created = await cli.run([...linked, "--engine-opt=no-such-flag=1", "broken"]);
        expect(created).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("unknown flag: --no-such-flag") });
        expect(created.stderr).toContain("docker-machine rm -y broken");
        expect(created.stderr).not.toMatch(/\n\s+at /);
        expectSuccess(await cli.run(["rm", "-y", "broken"]));
        expect(await residue("broken")).toEqual([]);
      });

      it("an install script that can't be had is an error that names it", async () => {
        const bare = await hostImage({ docker: false });
        const created = await cli.run([
          ...linked,
          `--nspawn-image=${bare}`,
          `--engine-install-url=http://${SUBNET_PREFIX}1:9/install.sh`,
          "offline",
        ]);
        expect(created).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`http://${SUBNET_PREFIX}1:9/install.sh`) });
        expectSuccess(await cli.run(["rm", "-y", "offline"]));
      });

      it("a create that is interrupted says how to go on, and rm removes the host", async () => {
        const child = cli.start([...linked, "stopped"]);
        const stderr: string[] = [];
        child.stderr.on("data", (chunk) => stderr.push(String(chunk)));
        for await (const chunk of child.stdout) if (String(chunk).includes("Waiting for")) child.kill("SIGINT");
        const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
        expect(code).toBe(130);
        expect(stderr.join("")).toContain("docker-machine rm -y stopped");
        expectSuccess(await cli.run(["rm", "-y", "stopped"]));
        expect(await residue("stopped")).toEqual([]);
      });

      it("a create that is killed at any moment leaves nothing that rm can't remove", { timeout: 600_000 }, async () => {
        const whole = await cli.run(["-D", ...linked, "whole"]);
        expectSuccess(whole);
        expectSuccess(await cli.run(["rm", "-y", "whole"]));
        const lineCount = `${whole.stdout}${whole.stderr}`.trim().split("\n").length;
        const moments = Array.from({ length: 12 }, (_, index) => Math.ceil(((index + 1) * lineCount) / 13));
        for (const moment of moments) {
          await killAfterLines(["-D", ...linked, "killed"], moment);
          if ((await cli.run(["ls", "-q"])).stdout.includes("killed")) expectSuccess(await cli.run(["rm", "-y", "killed"]));
          else await cli.run(["rm", "-f", "killed"]);
          expect(await residue("killed"), `killed after line ${moment} of ${lineCount}`).toEqual([]);
        }
      });

      it("machines made at once all get addresses of their own", { timeout: 600_000 }, async () => {
        const names = Array.from({ length: 4 }, (_, index) => `many${index}`);
        const results = await Promise.all(names.map((name) => cli.run([...linked, name])));
        for (const result of results) expectSuccess(result);
        const { stdout } = await cli.run(["ip", ...names]);
        expect(new Set(stdout.trim().split("\n")).size).toBe(names.length);
        expectSuccess(await cli.run(["rm", "-y", ...names]));
        for (const name of names) expect(await residue(name)).toEqual([]);
      });
    });

    it("a host that does not answer is an error with the last cause", async () => {
      const key = join(cli.directory, "key");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      const args = [
        "create",
        "-d",
        "generic",
        "--generic-ip-address",
        "127.0.0.1",
        "--generic-ssh-port",
        "1",
        "--generic-ssh-key",
        key,
        "deaf",
      ];
      const created = await cli.run(args, { env: { MACHINE_WAIT_TIMEOUT: "3" } });
      expect(created).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"deaf"') });
      expect((await stat(cli.machinePath("deaf", "config.json"))).isFile()).toBe(true);
      expectSuccess(await cli.run(["rm", "-y", "deaf"]));
    });

    async function killAfterLines(args: readonly string[], lines: number): Promise<void> {
      const child = cli.start(args);
      let seen = 0;
      const count = (chunk: Buffer) => {
        seen += String(chunk).split("\n").length - 1;
        if (seen >= lines) child.kill("SIGKILL");
      };
      child.stdout.on("data", count);
      child.stderr.on("data", count);
      await once(child, "close");
    }
  },
);
