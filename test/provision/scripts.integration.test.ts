import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { APPLY, INSPECT, INSTALL_DOCKER, SET_HOSTNAME, UPGRADE_DOCKER } from "../../src/provision/scripts.js";
import { scriptCommand } from "../../src/ssh/quote.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const unavailable = process.getuid?.() === 0 ? undefined : "mount namespaces need root";

/** Own /etc (over this computer's), /var/lib, /run and host name; programs in `bin` come first on PATH, and each call is written to `calls`. */
const ENTER = `set -eu
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$SANDBOX/etc,workdir=$SANDBOX/work" /etc
mount --bind "$SANDBOX/lib" /var/lib
mount --bind "$SANDBOX/run" /run
hostname before
eval "$COMMAND"`;

/** The script ends its shell when there is nothing to do, so what follows it needs a shell around it. */
const SET_HOSTNAME_THEN = `(\n${SET_HOSTNAME}\n)\n`;

interface Sandbox {
  readonly etc: string;
  /** Makes a program that notes its call, then runs `body`. */
  program(name: string, body?: string): Promise<void>;
  run(script: string, args?: readonly string[], acceptedExitCode?: number): Promise<{ readonly stdout: string; readonly stderr: string }>;
  calls(): Promise<readonly string[]>;
}

async function sandbox(): Promise<Sandbox> {
  const directory = await scratchDirectory();
  await Promise.all(["etc", "work", "lib", "run", "bin"].map((name) => mkdir(join(directory, name))));
  const log = join(directory, "calls");
  await writeFile(log, "");
  const env = { SANDBOX: directory, PATH: `${directory}/bin:/usr/bin:/bin:/usr/sbin:/sbin` };
  return {
    etc: join(directory, "etc"),
    program: (name, body = "exit 0") =>
      writeFile(join(directory, "bin", name), `#!/bin/sh\necho "${name} $*" >>${log}\n${body}\n`, { mode: 0o755 }),
    run: (script, args = [], exitCode = 0) =>
      runProcess("unshare", ["--mount", "--uts", "sh", "-c", ENTER], {
        env: { ...env, COMMAND: scriptCommand(script, args) },
        acceptedExitCodes: [exitCode],
      }),
    calls: async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== ""),
  };
}

describe.skipIf(unavailable)(`On a host${unavailable === undefined ? "" : ` (skipped: ${unavailable})`}`, () => {
  test("the system is read", async () => {
    const host = await sandbox();
    expect((await host.run(INSPECT)).stdout).toMatch(/^root=yes\nsystemd=(yes|no)\n(.*\n)*ID=/);
  });

  describe("the host's name", () => {
    test.each([
      ["127.0.0.1 localhost\n", "127.0.0.1 localhost\n127.0.1.1 my.dev-1\n"],
      ["127.0.0.1\tlocalhost\n127.0.1.1\told older\n::1 ip6\n", "127.0.0.1\tlocalhost\n127.0.1.1 my.dev-1\n::1 ip6\n"],
      ["127.0.0.1 localhost my.dev-1\n", "127.0.0.1 localhost my.dev-1\n"],
      ["127.0.1.1 myxdev-1\n", "127.0.1.1 my.dev-1\n"],
    ])("is written into /etc/hosts that was %j, once", async (before, after) => {
      const host = await sandbox();
      await writeFile(join(host.etc, "hosts"), before);
      await writeFile(join(host.etc, "hostname"), "before\n");
      for (const time of [1, 2]) {
        const { stdout } = await host.run(`${SET_HOSTNAME_THEN}hostname`, ["my.dev-1"]);
        expect([time, stdout]).toEqual([time, "my.dev-1\n"]);
      }
      expect(await readFile(join(host.etc, "hosts"), "utf8")).toBe(after);
      expect(await readFile(join(host.etc, "hostname"), "utf8")).toBe("my.dev-1\n");
    });
  });

  describe("Docker", () => {
    const url = "http://mirror.example/install.sh?a=$(touch pwned)&b";

    test("that is there is not installed again, and daemon.json is told", async () => {
      const host = await sandbox();
      await host.program("dockerd");
      await host.program("curl");
      await mkdir(join(host.etc, "docker"));
      await writeFile(join(host.etc, "docker", "daemon.json"), '{"a":1}');
      expect((await host.run(INSTALL_DOCKER, [url])).stdout).toMatch(/^\/\S+\/bin\/dockerd\n\{"a":1\}$/);
      expect(await host.calls()).toEqual([]);
    });

    /** A host without Docker; curl "downloads" a script with this text. */
    async function bareHost(installScript: string): Promise<Sandbox> {
      const host = await sandbox();
      await host.program("curl", `while [ "$1" != -o ]; do shift; done\ncat >"$2" <<'END'\n${installScript}\nEND`);
      await host.program("sleep");
      return host;
    }

    /** Whether this computer has dockerd must not matter. */
    const hideDocker = `command() { case "$2" in dockerd) [ -e "$SANDBOX/bin/dockerd" ] && echo "$SANDBOX/bin/dockerd" ;; *) echo "/usr/bin/$2" ;; esac; }
`;

    test.each([
      ["until it has ended", '[ "$(wc -l <"$SANDBOX/calls")" -lt 4 ] || touch /run/cloud-init/result.json\necho starting', 3],
      ["not when the system has started without it", "echo degraded; exit 1", 0],
    ])("waits for cloud-init %s", async (_case, systemctl, pauses) => {
      const host = await bareHost('touch "$SANDBOX/bin/dockerd"');
      await host.program("systemctl", systemctl);
      await host.run(`mkdir /run/cloud-init; touch /run/cloud-init/enabled\n${hideDocker}${INSTALL_DOCKER}`, [url]);
      expect((await host.calls()).filter((call) => call.startsWith("sleep"))).toEqual(Array(pauses).fill("sleep 0.25"));
    });

    test("is installed by the script, to which proxies are passed", async () => {
      const host = await bareHost(
        'echo "proxy=$HTTPS_PROXY"; printf "#!/bin/sh\\n" >"$SANDBOX/bin/dockerd"; chmod +x "$SANDBOX/bin/dockerd"',
      );
      const { stdout } = await host.run(hideDocker + INSTALL_DOCKER, [url, "HTTPS_PROXY=http://p:1/$(x) y"]);
      expect(stdout).toMatch(/^\/\S+\/bin\/dockerd\n/);
      expect(await host.calls()).toEqual([
        expect.stringMatching(/^curl -fsSL .* -- http:\/\/mirror\.example\/install\.sh\?a=\$\(touch pwned\)&b$/),
      ]);
    });

    /** os-release of Amazon Linux, as far as it is read. */
    const amazonLinux = 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n';

    test("is installed from its own repositories on Amazon Linux, which get.docker.com doesn't know", async () => {
      const host = await bareHost("exit 1");
      await writeFile(join(host.etc, "os-release"), amazonLinux);
      await host.program("dnf", 'printf "#!/bin/sh\n" >"$SANDBOX/bin/dockerd"; chmod +x "$SANDBOX/bin/dockerd"');
      expect((await host.run(hideDocker + INSTALL_DOCKER, ["https://get.docker.com"])).stdout).toMatch(/^\/\S+\/bin\/dockerd\n/);
      expect(await host.calls()).toEqual(["dnf -q -y install docker"]);
    });

    test("is installed by a script that the user names, on Amazon Linux too", async () => {
      const host = await bareHost('printf "#!/bin/sh\n" >"$SANDBOX/bin/dockerd"; chmod +x "$SANDBOX/bin/dockerd"');
      await writeFile(join(host.etc, "os-release"), amazonLinux);
      await host.program("dnf");
      await host.run(hideDocker + INSTALL_DOCKER, [url]);
      expect(await host.calls()).toEqual([expect.stringMatching(/^curl /)]);
    });

    test("is waited for while another package manager holds a lock", async () => {
      const host = await bareHost(
        'if [ ! -e "$SANDBOX/tried" ]; then touch "$SANDBOX/tried"; echo "E: Could not get lock /var/lib/apt/lists/lock" >&2; exit 100; fi\ntouch "$SANDBOX/bin/dockerd"',
      );
      await host.run(hideDocker + INSTALL_DOCKER, [url]);
      expect((await host.calls()).filter((call) => call.startsWith("sleep"))).toEqual(["sleep 2"]);
    });

    test("that a script fails to install is an error with the script's output and exit code", async () => {
      const host = await bareHost("echo unsupported distribution >&2; exit 3");
      expect((await host.run(hideDocker + INSTALL_DOCKER, [url], 3)).stderr).toContain("unsupported distribution");
      const silent = await bareHost("exit 0");
      expect((await silent.run(hideDocker + INSTALL_DOCKER, [url], 1)).stderr).toContain("there is no dockerd");
      const none = await bareHost("exit 0");
      expect((await none.run(hideDocker + INSTALL_DOCKER, [""], 1)).stderr).toContain("no --engine-install-url was given");
    });

    test("that cannot be downloaded is not run", async () => {
      const host = await sandbox();
      await host.program("curl", `while [ "$1" != -o ]; do shift; done\necho 'touch "$SANDBOX/ran"' >"$2"; exit 22`);
      await host.run(hideDocker + INSTALL_DOCKER, [url], 22);
      await expect(readFile(join(host.etc, "..", "ran"))).rejects.toThrow();
    });
  });

  test("Docker is restarted when its files changed, or it is down, or the last restart was cut; else left alone", async () => {
    const host = await sandbox();
    await host.program("systemctl");
    const files = [join(host.etc, "a file"), join(host.etc, "b")];
    for (const file of files) await writeFile(file, "1");
    const restarts = async () => {
      const before = (await host.calls()).length;
      const run = await host.run(APPLY, files).then(
        () => "",
        () => "failed",
      );
      return `${(await host.calls()).slice(before).filter((call) => call.includes(" restart ")).length}${run}`;
    };
    expect(await restarts()).toBe("1");
    expect(await restarts()).toBe("0");
    await writeFile(files[1] ?? "", "2");
    await host.program("systemctl", '[ "$1" != restart ]');
    expect(await restarts()).toBe("1failed");
    await host.program("systemctl");
    expect(await restarts()).toBe("1");
    await host.program("systemctl", '[ "$1" != is-active ]');
    expect(await restarts()).toBe("1");
  });

  describe("Docker is upgraded", () => {
    /** A host with Docker of the package `name`, of which apt-get knows the version `newest`. The engine runs what is installed. */
    async function dockerHost(name: string, newest: string): Promise<Sandbox> {
      const host = await sandbox();
      const directory = join(host.etc, "..");
      await writeFile(join(directory, "version"), "1.0\n");
      await host.program("dockerd");
      await host.program(
        "dpkg-query",
        `case "$*" in
  *--search*) [ ${name} = none ] && exit 1; echo "${name}: $SANDBOX/bin/dockerd" ;;
  *Status*) case "$4" in ${name}|containerd) printf installed ;; *) exit 1 ;; esac ;;
  *) cat "$SANDBOX/version" ;;
esac`,
      );
      await host.program("apt-get", `case "$*" in *install*) echo ${newest} >"$SANDBOX/version" ;; esac`);
      await host.program("systemctl", 'case "$*" in show*) echo $$ ;; esac');
      await host.program("readlink", 'case "$1" in -f) echo "$SANDBOX/bin/dockerd" ;; *) echo "$SANDBOX/bin/dockerd" ;; esac');
      return host;
    }
    const changes = async (host: Sandbox) => (await host.calls()).filter((call) => /^apt-get|restart/.test(call));

    test.each(["docker.io", "docker-ce"])("with the package it came from, %s, and restarted", async (name) => {
      const host = await dockerHost(name, "2.0");
      expect((await host.run(UPGRADE_DOCKER)).stdout).toBe(`${name}\n1.0\n2.0\n`);
      expect(await changes(host)).toEqual([
        "apt-get -q update -o APT::Update::Error-Mode=any",
        expect.stringMatching(new RegExp(`^apt-get -q -y install --only-upgrade .* ${name} containerd$`)),
        "systemctl restart docker",
      ]);
    });

    test("with dnf on Amazon Linux, and restarted", async () => {
      const host = await dockerHost("none", "1.0");
      await writeFile(join(host.etc, "os-release"), 'ID="amzn"\n');
      await host.program(
        "rpm",
        `case "$*" in
  *-qf*) printf docker ;;
  *VERSION*) cat "$SANDBOX/version" ;;
  *docker|*containerd|*runc) ;;
  *) exit 1 ;;
esac`,
      );
      await host.program("dnf", 'echo 25.0.8-1.amzn2023 >"$SANDBOX/version"');
      expect((await host.run(UPGRADE_DOCKER)).stdout).toBe("docker\n1.0\n25.0.8-1.amzn2023\n");
      expect((await host.calls()).filter((call) => /^dnf|restart/.test(call))).toEqual([
        "dnf -q -y --refresh upgrade docker containerd runc",
        "systemctl restart docker",
      ]);
    });

    test("without a restart if it is the newest already, and runs", async () => {
      const host = await dockerHost("docker.io", "1.0");
      expect((await host.run(UPGRADE_DOCKER)).stdout).toBe("docker.io\n1.0\n1.0\n");
      expect((await changes(host)).filter((call) => call.includes("restart"))).toEqual([]);
    });

    test("with a restart if an earlier upgrade was cut before it", async () => {
      const host = await dockerHost("docker.io", "1.0");
      await host.program("readlink", 'case "$1" in -f) echo "$SANDBOX/bin/dockerd" ;; *) echo "$SANDBOX/bin/dockerd (deleted)" ;; esac');
      await host.run(UPGRADE_DOCKER);
      expect(await changes(host)).toContain("systemctl restart docker");
    });

    test("only if the newest version could be looked up, and it is known where Docker came from", async () => {
      const offline = await dockerHost("docker.io", "2.0");
      await offline.program("apt-get", "echo 'E: Failed to fetch' >&2; exit 100");
      expect((await offline.run(UPGRADE_DOCKER, [], 100)).stderr).toContain("Failed to fetch");
      const foreign = await dockerHost("none", "2.0");
      expect((await foreign.run(UPGRADE_DOCKER, [], 1)).stderr).toContain("belongs to no package");
    });
  });
});
