import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { type ConnectOptions, connectSsh, waitForSsh } from "../../src/ssh/connect.js";
import type { HostKeyPolicy } from "../../src/ssh/known-hosts.js";
import type { SshConnection } from "../../src/ssh/ssh-connection.js";
import { ChildServer } from "../support/child-server.js";
import { freePort } from "../support/free-port.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { generateKey, type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

describe.skipIf(sshServerUnavailable)(
  `With a real sshd${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
    let directory: string;
    let server: SshServer;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
      server = await startSshServer(directory, "server");
    });

    afterAll(async () => {
      await server?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    async function policy(unknown: HostKeyPolicy["unknown"] = "record"): Promise<HostKeyPolicy> {
      return { path: join(await scratchDirectory(), "known_hosts"), alias: "dev", unknown };
    }

    async function connect(options: Partial<ConnectOptions> = {}, endpoint: SshEndpoint = server.endpoint): Promise<SshConnection> {
      const connection = await connectSsh(endpoint, { hostKey: await policy(), ...options });
      onTestFinished(() => connection.close());
      return connection;
    }

    describe("the host's key", () => {
      test("is recorded at the first login, in the form that OpenSSH reads", async () => {
        const hostKey = await policy();
        await connect({ hostKey });
        expect(await readFile(hostKey.path, "utf8")).toBe(`dev ${server.hostPublicKey.split(" ").slice(0, 2).join(" ")}\n`);
        expect((await stat(hostKey.path)).mode & 0o777).toBe(0o600);
        const { host, port, user, privateKeyPath } = server.endpoint;
        const options = ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${hostKey.path}`, "HostKeyAlias=dev", "IdentitiesOnly=yes"];
        const args = ["-F", "/dev/null", ...options.flatMap((option) => ["-o", option]), "-i", privateKeyPath, "-p", String(port)];
        expect((await runProcess("ssh", [...args, `${user}@${host}`, "echo", "hello"])).stdout).toBe("hello\n");
      });

      test("is required afterwards", async () => {
        const hostKey = await policy();
        await connect({ hostKey });
        await connect({ hostKey: { ...hostKey, unknown: "require" } });
        const port = await freePort();
        const other = await startSshServer(directory, "other", { port });
        onTestFinished(() => other.stop());
        const fingerprintOf = async (path: string) => (await runProcess("ssh-keygen", ["-l", "-f", path])).stdout.split(" ")[1];
        for (const unknown of ["require", "record"] as const) {
          const message = await connect({ hostKey: { ...hostKey, unknown } }, other.endpoint).catch((error: unknown) => {
            expect(error).toMatchObject({ code: "SSH_HOST_KEY_CHANGED", suggestions: [expect.stringContaining("ssh-keygen -R dev -f")] });
            return String(error);
          });
          expect(message).toContain(await fingerprintOf(join(directory, "server", "host_ed25519.pub")));
          expect(message).toContain(await fingerprintOf(join(directory, "other", "host_ed25519.pub")));
        }
      });

      test("must have been recorded unless the machine is being created", async () => {
        await expect(connect({ hostKey: await policy("require") })).rejects.toMatchObject({ code: "SSH_HOST_KEY_UNKNOWN" });
      });

      test("is not recorded if the login fails", async () => {
        const hostKey = await policy();
        const stranger = join(await scratchDirectory(), "stranger");
        await generateKey("ed25519", stranger);
        await expect(connect({ hostKey }, { ...server.endpoint, privateKeyPath: stranger })).rejects.toMatchObject({
          code: "SSH_AUTHENTICATION_FAILED",
          message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${server.endpoint.port}.*"root".*${stranger}`)),
        });
        await expect(stat(hostKey.path)).rejects.toThrow();
      });

      test("is asked for in the recorded type by a host that has several", async () => {
        const hostKey = await policy();
        const both = await startSshServer(directory, "both", { hostKeyTypes: ["rsa", "ed25519"] });
        onTestFinished(() => both.stop());
        await writeFile(hostKey.path, `dev ${both.hostPublicKey}`);
        await connect({ hostKey: { ...hostKey, unknown: "require" } }, both.endpoint);
      });
    });

    describe("a host that does not let us in", () => {
      const nobody = { host: "127.0.0.1", user: "root" };

      test("is told apart: refused, silent, unknown name, not SSH", async () => {
        const { privateKeyPath } = server.endpoint;
        const listen = async (greeting: string) => {
          const peer = createServer((socket) => {
            socket.on("error", () => undefined);
            onTestFinished(() => void socket.destroy());
            socket.write(greeting);
          });
          await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
          onTestFinished(() => void peer.close());
          const address = peer.address();
          return typeof address === "object" && address !== null ? address.port : 0;
        };
        const attempt = (endpoint: SshEndpoint) => connect({ timeoutMs: 500 }, { privateKeyPath, ...endpoint });
        await expect(attempt({ ...nobody, port: await freePort() })).rejects.toMatchObject({ code: "SSH_REFUSED" });
        await expect(attempt({ ...nobody, port: await listen("") })).rejects.toMatchObject({ code: "SSH_TIMEOUT" });
        await expect(attempt({ ...nobody, host: "no.such.host.invalid", port: 22 })).rejects.toMatchObject({ code: "SSH_UNREACHABLE" });
        await expect(attempt({ ...nobody, port: await listen("HTTP/1.1 400 Bad Request\r\n\r\n") })).rejects.toMatchObject({
          code: expect.stringMatching(/^SSH_(UNREACHABLE|TIMEOUT)$/),
        });
      });

      test("is waited for until the deadline, whose error has the last cause", async () => {
        const endpoint = { ...server.endpoint, port: await freePort() };
        await expect(waitForSsh(endpoint, { hostKey: await policy(), deadlineMs: 300 })).rejects.toMatchObject({
          code: "SSH_TIMEOUT",
          message: expect.stringContaining("refuses SSH connections"),
        });
      });

      test("is waited for until it comes up", async () => {
        const port = await freePort();
        const early = await startSshServer(directory, "late", { port });
        await early.stop();
        const waiting = waitForSsh(early.endpoint, { hostKey: await policy() });
        const late = await startSshServer(directory, "late", { port });
        onTestFinished(() => late.stop());
        (await waiting).close();
      });

      test("is no longer waited for when interrupted", async () => {
        const controller = new AbortController();
        const endpoint = { ...server.endpoint, port: await freePort() };
        const waiting = waitForSsh(endpoint, { hostKey: await policy(), signal: controller.signal });
        controller.abort();
        await expect(waiting).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
      });
    });

    test("Without a key, the user's agent and default keys are tried", async () => {
      const home = await scratchDirectory();
      const { privateKeyPath, ...endpoint } = server.endpoint;
      await expect(connect({ env: { HOME: home } }, endpoint)).rejects.toMatchObject({ code: "SSH_AUTHENTICATION_FAILED" });

      const socket = join(home, "agent.sock");
      const agent = new ChildServer("ssh-agent", ["-D", "-a", socket]);
      onTestFinished(() => agent.stop());
      await agent.whenReady(async () => (await stat(socket)).isSocket());
      await runProcess("ssh-add", ["-q", privateKeyPath], { env: { SSH_AUTH_SOCK: socket } });
      await connect({ env: { HOME: home, SSH_AUTH_SOCK: socket } }, endpoint);

      await mkdir(join(home, ".ssh"));
      await copyFile(privateKeyPath, join(home, ".ssh", "id_ed25519"));
      await connect({ env: { HOME: home } }, endpoint);
    });

    describe("a command", () => {
      test("has its output, error output, input and exit code handed on", async () => {
        const connection = await connect();
        const lines: string[] = [];
        const result = await connection.run("cat; echo oops >&2; exit 7", {
          input: "hello ☃\n",
          acceptedExitCodes: [7],
          onLine: (line) => lines.push(line),
        });
        expect(result).toEqual({ exitCode: 7, stdout: "hello ☃\n", stderr: "oops\n" });
        expect(lines.sort()).toEqual(["hello ☃", "oops"]);
      });

      test("that fails is an error with the end of its output", async () => {
        const connection = await connect();
        await expect(connection.run("seq 30; exit 3", { purpose: "count" })).rejects.toMatchObject({
          code: "SSH_COMMAND_FAILED",
          message: `Failed to count on the host 127.0.0.1 (exit code 3): ${Array.from({ length: 10 }, (_, index) => index + 21).join("\n")}`,
        });
      });

      test("that a signal ends has the shell's exit code for it", async () => {
        const connection = await connect();
        expect(await connection.run("kill -KILL $$", { acceptedExitCodes: [137] })).toMatchObject({ exitCode: 137 });
      });

      test("runs beside others on the same connection, also with much output", async () => {
        const connection = await connect();
        const runs = Array.from({ length: 8 }, (_, index) => connection.run(`head -c 300000 /dev/zero | tr '\\0' ${index}`));
        expect((await Promise.all(runs)).map(({ stdout }, index) => stdout === String(index).repeat(300_000))).toEqual(Array(8).fill(true));
      });

      test("ends when its time is up, and the connection stays usable", async () => {
        const connection = await connect();
        await expect(connection.run("sleep 60", { timeoutMs: 100 })).rejects.toMatchObject({ code: "COMMAND_TIMEOUT" });
        expect((await connection.run("echo still here")).stdout).toBe("still here\n");
      });

      test("ends when it is interrupted, or the connection is lost", async () => {
        const controller = new AbortController();
        const interrupted = await connect({ signal: controller.signal });
        const sleeping = interrupted.run("sleep 60");
        setTimeout(() => controller.abort(), 100);
        await expect(sleeping).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
        await expect(interrupted.run("true")).rejects.toMatchObject({ code: "OPERATION_ABORTED" });

        const lost = await connect();
        await expect(lost.run("kill -KILL $PPID; sleep 60")).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
        await expect(lost.run("true")).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
      });
    });

    test("Files get their content and mode, leave nothing beside them, and are not touched when they are the same", async () => {
      const target = await scratchDirectory();
      const connection = await connect();
      const login = (await connection.run("pwd")).stdout.trim();
      const files = [
        { path: join(target, "etc/my docker/server-key.pem"), content: "secret\n", mode: 0o600 },
        { path: join(target, "etc/$(touch pwned).conf"), content: Buffer.alloc(400_000, 7), mode: 0o644 },
      ];
      const paths = files.map(({ path }) => path);
      expect(await connection.writeFiles(files)).toEqual(paths);
      for (const { path, content, mode } of files) {
        expect(await readFile(path)).toEqual(Buffer.from(content));
        expect((await stat(path)).mode & 0o777).toBe(mode);
      }
      expect(await connection.writeFiles(files)).toEqual([]);
      await runProcess("chmod", ["644", paths[0] ?? ""]);
      expect(await connection.writeFiles(files)).toEqual([paths[0]]);
      expect((await stat(paths[0] ?? "")).mode & 0o777).toBe(0o600);
      const impossible = [...files, { path: "/proc/no/such", content: "x", mode: 0o600 }];
      await expect(connection.writeFiles(impossible)).rejects.toMatchObject({ code: "SSH_COMMAND_FAILED" });
      expect((await runProcess("find", [target, "-name", "*.new"])).stdout).toBe("");
      expect((await runProcess("find", [login, "-maxdepth", "1", "-name", ".docker-machine-*"])).stdout).toBe("");
    });

    describe("a session", () => {
      function streams() {
        return { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      }

      test("joins input and outputs with a command, and passes its exit code on", async () => {
        const connection = await connect();
        const local = streams();
        local.stdin.end("from here\n");
        expect(await connection.session({ command: "cat; echo oops >&2; exit 7", ...local })).toBe(7);
        local.stdout.end();
        local.stderr.end();
        expect([await text(local.stdout), await text(local.stderr)]).toEqual(["from here\n", "oops\n"]);
      });

      test("without a command is a shell, with a terminal if one is asked for", async () => {
        const connection = await connect();
        const local = streams();
        local.stdin.end("tty; exit 3\n");
        expect(await connection.session({ ...local, terminal: true })).toBe(3);
        local.stdout.end();
        expect(await text(local.stdout)).toMatch(/\/dev\/pts\/\d+/);
        const piped = streams();
        piped.stdin.end("tty; exit 4\n");
        expect(await connection.session(piped)).toBe(4);
        piped.stdout.end();
        expect(await text(piped.stdout)).toContain("not a tty");
      });
    });
  },
);
