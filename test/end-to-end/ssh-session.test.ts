import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { Cli } from "../support/cli.js";
import { freePort } from "../support/free-port.js";
import { adoptSshMachine } from "../support/ssh-machine.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const WAIT_MS = 15_000;

describe.skipIf(sshServerUnavailable)(
  `docker-machine ssh, with a real sshd${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
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

    /** The program on a terminal of its own, made by util-linux's `script`. */
    function onTerminal(command: string) {
      const child = spawn("script", ["-qfec", command, "/dev/null"], {
        cwd: cli.directory,
        env: { ...cli.env, SHELL: "/bin/sh", TERM: "vt220", PROGRAM: cli.program },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      const exited = once(child, "exit");
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
      return {
        type: (keys: string) => void child.stdin.write(keys),
        output: () => output,
        shows: (wanted: RegExp) =>
          until(
            () => wanted.test(output),
            () => `${wanted} in ${JSON.stringify(output)}`,
          ),
        end: () => exited,
      };
    }

    test("gives a terminal of this one's size and kind, follows its size, sends keys as they are, and leaves this one as it was", async () => {
      const session = onTerminal('tty > tty; stty rows 33 cols 111; stty -g > before; "$PROGRAM" ssh dev; echo "code=$?"; stty -g > after');
      session.type("echo size=$(stty size) term=$TERM end\r");
      await session.shows(/size=33 111 term=vt220 end/);
      const here = (await readFile(join(cli.directory, "tty"), "utf8")).trim();
      expect((await runProcess("stty", ["-F", here, "-a"])).stdout).toMatch(/-icanon[\s\S]*-echo/);

      await runProcess("stty", ["-F", here, "rows", "44", "cols", "122"]);
      await until(
        async () => {
          session.type("echo now=$(stty size)end\r");
          await sleep(200);
          return /now=44 122end/.test(session.output());
        },
        () => session.output(),
      );
      session.type("sleep 1000\r");
      await session.shows(/sleep 1000\r\n/);
      session.type("\x03");
      session.type("echo after-$((20 + 3))\r");
      await session.shows(/after-23/);
      session.type("exit 5\r");
      await session.end();
      await session.shows(/code=5/);
      const [before, after] = await Promise.all(["before", "after"].map((name) => readFile(join(cli.directory, name), "utf8")));
      // But for its size.
      expect(after).toBe(before);
    });

    test("leaves the terminal as it was when it is ended from outside, and when the connection is lost", async () => {
      for (const end of ["kill -TERM $(cat pid)", "remote"]) {
        const session = onTerminal(`stty -g > before; sh -c 'echo $$ > pid; exec "$PROGRAM" ssh dev'; echo "code=$?"; stty -g > after`);
        session.type("echo ready-$((20 + 3))\r");
        await session.shows(/ready-23/);
        if (end === "remote") session.type("kill -9 $PPID\r");
        else await runProcess("sh", ["-c", end], { cwd: cli.directory });
        await session.shows(end === "remote" ? /code=255/ : /code=143/);
        await session.end();
        const [before, after] = await Promise.all(["before", "after"].map((name) => readFile(join(cli.directory, name), "utf8")));
        expect(after).toBe(before);
      }
    });

    test("runs a command without a terminal unless -t asks for one", async () => {
      const plain = onTerminal('"$PROGRAM" ssh dev tty');
      await plain.shows(/not a tty/);
      const asked = onTerminal('"$PROGRAM" ssh dev -t tty');
      await asked.shows(/\/dev\/pts\/\d+/);
      expect((await cli.run(["ssh", "dev", "-t", "tty"])).stdout).toBe("not a tty\n");
      expect((await cli.run(["ssh", "dev", "-tt", "tty"])).stdout).toMatch(/\/dev\/pts\/\d+/);
    });

    test("joins the command's words by blanks, as OpenSSH does", async () => {
      const run = async (...args: string[]) => (await cli.run(["ssh", ...args])).stdout;
      expect(await run("dev", "echo", "a  b", "$((1 + 2))", "'c  d'")).toBe("a b 3 c  d\n");
      expect(await run("dev", "--", "ls", "-d", "/etc")).toBe("/etc\n");
      expect(await run("dev", "ls", "-d", "--", "/etc")).toBe("/etc\n");
      expect(await run("dev", "echo", "-n", "--help", "-D")).toBe("--help -D");
      expect(await run("root@dev", "whoami")).toBe("root\n");
      expect(await run("-l", "root", "dev", "whoami")).toBe("root\n");
    });

    test("passes input and outputs on byte by byte, apart from each other, to slow readers too", async () => {
      const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
      const child = spawn(cli.program, ["ssh", "dev", "cat; echo done >&2"], { env: cli.env, stdio: ["pipe", "pipe", "pipe"] });
      child.stdin.end(bytes);
      const stderr = text(child.stderr);
      await sleep(1000);
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      const [code] = await once(child, "close");
      expect([code, await stderr, Buffer.concat(chunks).equals(bytes)]).toEqual([0, "done\n", true]);
    });

    test("exits as the command did; with 128 and the number of its signal; with 255 when SSH failed, and 1 without a machine", async () => {
      const exitCode = async (...args: string[]) => (await cli.run(["ssh", ...args])).exitCode;
      expect(await exitCode("dev", "exit", "7")).toBe(7);
      expect(await exitCode("dev", "kill -TERM $$")).toBe(143);
      expect(await exitCode("dev", "kill -9 $PPID; sleep 5")).toBe(255);
      expect(await exitCode("nope", "true")).toBe(1);
      expect(await cli.run(["ssh", "dev", "-Z", "true"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("-Z") });
      const known = await readFile(cli.machinePath("dev", "known_hosts"), "utf8");
      onTestFinished(() => writeFile(cli.machinePath("dev", "known_hosts"), known));
      await writeFile(cli.machinePath("dev", "known_hosts"), known.replace(/.{5}$/m, "AAAAA"));
      for (const args of [
        ["ssh", "dev", "true"],
        ["scp", "dev:/etc/hosts", "."],
        ["mount", "dev:/etc", "."],
      ]) {
        expect(await cli.run(args)).toMatchObject({
          exitCode: args[0] === "ssh" ? 255 : 1,
          stderr: expect.stringContaining("shows the SSH key"),
        });
      }
    });

    test("ends quietly when nobody reads any more", async () => {
      const { stdout } = await runProcess("sh", ["-c", '"$0" ssh dev yes 2>&1 | head -n 2', cli.program], { env: cli.env });
      expect(stdout).toBe("y\ny\n");
    });

    test("forwards ports with -L, with and without a command, and -N ends by an interrupt", async () => {
      const peer = createServer((socket) => socket.end("hello"));
      await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void peer.close());
      const { port: peerPort } = peer.address() as { port: number };
      const port = await freePort();
      const child = cli.start(["ssh", "dev", "-NL", `${port}:127.0.0.1:${peerPort}`]);
      let heard = "";
      await until(
        async () => {
          heard = await text(connect(port, "127.0.0.1")).catch(() => "");
          return heard !== "";
        },
        () => "a connection",
      );
      expect(heard).toBe("hello");
      expect(await cli.run(["ssh", "dev", "-L", `${port}:localhost:1`, "true"])).toMatchObject({
        exitCode: 255,
        stderr: expect.stringContaining(`port ${port}`),
      });
      child.kill("SIGINT");
      expect(await once(child, "exit")).toEqual([130, null]);
    });
  },
);

async function until(isTrue: () => boolean | Promise<boolean>, wanted: () => string): Promise<void> {
  const endsAt = Date.now() + WAIT_MS;
  while (!(await isTrue())) {
    if (Date.now() > endsAt) throw new Error(`Waited in vain: ${wanted()}`);
    await sleep(50);
  }
}
