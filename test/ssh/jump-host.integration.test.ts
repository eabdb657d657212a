import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { type ConnectOptions, connectSsh, waitForSsh } from "../../src/ssh/connect.js";
import type { HostKeyPolicy } from "../../src/ssh/known-hosts.js";
import type { SshConnection } from "../../src/ssh/ssh-connection.js";
import { freePort } from "../support/free-port.js";
import { JumpHost } from "../support/jump-host.js";
import { NetworkNamespace } from "../support/network-namespace.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { generateKey, type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

describe.skipIf(sshServerUnavailable)(
  `With a real sshd that only another one reaches${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
    let directory: string;
    let network: NetworkNamespace;
    let server: SshServer;
    let jumpHost: JumpHost;
    let endpoint: SshEndpoint;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
      network = await NetworkNamespace.start();
      server = await startSshServer(directory, "server", { namespace: network });
      jumpHost = await JumpHost.start(directory, "jump", network);
      endpoint = { ...server.endpoint, jump: jumpHost.endpoint };
    });

    afterAll(async () => {
      await jumpHost?.stop();
      await server?.stop();
      await network?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    async function policy(unknown: HostKeyPolicy["unknown"] = "record"): Promise<HostKeyPolicy> {
      return { path: join(await scratchDirectory(), "known_hosts"), alias: "dev", unknown };
    }

    async function connect(options: Partial<ConnectOptions> = {}, to: SshEndpoint = endpoint): Promise<SshConnection> {
      const connection = await connectSsh(to, { hostKey: await policy(), ...options });
      onTestFinished(() => connection.close());
      return connection;
    }

    /** A jump host that ends with the test. */
    async function another(name: string, options: Parameters<typeof JumpHost.start>[3] = {}): Promise<JumpHost> {
      const started = await JumpHost.start(directory, name, network, options);
      onTestFinished(() => started.stop());
      return started;
    }

    async function noConnectionsLeft(jump: JumpHost): Promise<void> {
      for (let tries = 0; tries < 200 && jump.open > 0; tries += 1) await sleep(50);
      expect(jump.open).toBe(0);
    }

    test("what runs on it, its files and its ports are reached through that one, and not without", async () => {
      await expect(connect({}, server.endpoint)).rejects.toMatchObject({ code: "SSH_REFUSED" });
      const connection = await connect();
      const { stdout } = await connection.run("echo $SSH_CONNECTION; cat", { input: "hello\n" });
      expect(stdout).toMatch(new RegExp(` ${network.address} ${server.endpoint.port}\nhello\n$`));
    });

    test("much output and large files come through whole", async () => {
      const connection = await connect();
      const path = join(await scratchDirectory(), "file");
      expect((await connection.run("head -c 3000000 /dev/zero | tr '\\0' x")).stdout).toHaveLength(3_000_000);
      expect(await connection.writeFiles([{ path, content: Buffer.alloc(3_000_000, 7), mode: 0o600 }])).toEqual([path]);
      expect((await readFile(path)).equals(Buffer.alloc(3_000_000, 7))).toBe(true);
      using files = await connection.files('on the machine "dev"');
      expect(await files.status(path)).toMatchObject({ kind: "file" });
    });

    test("a port that it reaches leads to here", async () => {
      const connection = await connect();
      const port = await freePort();
      await connection.forward({ bindAddress: "127.0.0.1", port, host: network.address, hostPort: server.endpoint.port });
      const socket = connectTcp(port, "127.0.0.1");
      socket.once("data", () => socket.end());
      expect(await text(socket)).toMatch(/^SSH-2\.0-OpenSSH/);
    });

    test("a jump host may be reached through another one", async () => {
      const hostKey = await policy();
      const first = await another("first");
      // The way in is a port of this computer; from the network inside it has to be one there.
      const second = await startSshServer(directory, "second", { namespace: network });
      onTestFinished(() => second.stop());
      const connection = await connect({ hostKey }, { ...server.endpoint, jump: { ...second.endpoint, jump: first.endpoint } });
      expect((await connection.run("echo hello")).stdout).toBe("hello\n");
      const names = (await readFile(hostKey.path, "utf8")).split("\n").map((line) => line.split(" ")[0]);
      expect(names).toEqual(["dev.jump.jump", "dev.jump", "dev", ""]);
      connection.close();
      await noConnectionsLeft(first);
    });

    describe("the keys of both hosts", () => {
      test("are recorded at the first login, in the form that OpenSSH reads", async () => {
        const hostKey = await policy();
        await connect({ hostKey });
        const keys = [jumpHost.hostPublicKey, server.hostPublicKey].map((key) => key.split(" ").slice(0, 2).join(" "));
        expect(await readFile(hostKey.path, "utf8")).toBe(`dev.jump ${keys[0]}\ndev ${keys[1]}\n`);
        expect((await runProcess("ssh-keygen", ["-F", "dev.jump", "-f", hostKey.path])).stdout).toContain(keys[0]);
        await connect({ hostKey: { ...hostKey, unknown: "require" } });
      });

      test("are required afterwards, and the message tells whose it is not", async () => {
        const hostKey = await policy("require");
        const [jump, own] = [jumpHost.hostPublicKey, server.hostPublicKey];
        for (const [known, code, message] of [
          [`dev ${own}`, "SSH_HOST_KEY_UNKNOWN", "for the jump host 127.0.0.1:"],
          [`dev ${own}dev.jump ${own}`, "SSH_HOST_KEY_CHANGED", "The jump host 127.0.0.1:"],
          [`dev.jump ${jump}`, "SSH_HOST_KEY_UNKNOWN", 'for the machine "dev"'],
          [`dev.jump ${jump}dev ${jump}`, "SSH_HOST_KEY_CHANGED", 'The host of the machine "dev"'],
        ] as const) {
          await writeFile(hostKey.path, known);
          const suggestions = [expect.stringContaining(hostKey.path)];
          await expect(connect({ hostKey })).rejects.toMatchObject({ code, message: expect.stringContaining(message), suggestions });
        }
        await noConnectionsLeft(jumpHost);
      });
    });

    describe("a login that fails", () => {
      test("is told of the host that it was, and leaves no connection", async () => {
        const stranger = join(await scratchDirectory(), "stranger");
        await generateKey("ed25519", stranger);
        const closed = await freePort();
        const through = `through the jump host 127.0.0.1:${jumpHost.endpoint.port}`;
        const forbidding = await another("forbidding", { settings: ["AllowTcpForwarding no"] });
        for (const [to, code, message] of [
          [
            { jump: { ...jumpHost.endpoint, port: closed } },
            "SSH_REFUSED",
            `The jump host refuses SSH connections to 127.0.0.1:${closed}.`,
          ],
          [{ jump: { ...jumpHost.endpoint, privateKeyPath: stranger } }, "SSH_JUMP_AUTHENTICATION_FAILED", "The jump host 127.0.0.1:"],
          [{ jump: forbidding.endpoint }, "SSH_JUMP_FORBIDDEN", `127.0.0.1:${forbidding.endpoint.port}`],
          [{ port: closed }, "SSH_REFUSED", `The host refuses SSH connections to ${network.address}:${closed} (${through}).`],
          [{ host: "no.such.host.invalid" }, "SSH_UNREACHABLE", "no.such.host.invalid"],
          [
            { privateKeyPath: stranger },
            "SSH_AUTHENTICATION_FAILED",
            `The host ${network.address}:${server.endpoint.port} (${through}) does`,
          ],
        ] as const) {
          await expect(connect({}, { ...endpoint, ...to })).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
        }
        await noConnectionsLeft(jumpHost);
        await noConnectionsLeft(forbidding);
      });

      test("is not tried again if it is the jump host that does not let us in", async () => {
        const stranger = join(await scratchDirectory(), "stranger");
        await generateKey("ed25519", stranger);
        const jump = { ...jumpHost.endpoint, privateKeyPath: stranger };
        const before = jumpHost.connections;
        const waiting = waitForSsh({ ...endpoint, jump }, { hostKey: await policy() });
        await expect(waiting).rejects.toMatchObject({ code: "SSH_JUMP_AUTHENTICATION_FAILED" });
        expect(jumpHost.connections - before).toBe(1);
      });

      test("is waited for until the host behind comes up", async () => {
        const port = await freePort();
        const early = await startSshServer(directory, "late", { port, namespace: network });
        await early.stop();
        const waiting = waitForSsh({ ...early.endpoint, jump: jumpHost.endpoint }, { hostKey: await policy() });
        const late = await startSshServer(directory, "late", { port, namespace: network });
        onTestFinished(() => late.stop());
        (await waiting).close();
      });
    });

    describe("the end of one connection", () => {
      test("is the end of both when it is closed", async () => {
        const jump = await another("closed");
        const connection = await connect({}, { ...endpoint, jump: jump.endpoint });
        await connection.run("true");
        expect(jump.open).toBe(1);
        connection.close();
        await noConnectionsLeft(jump);
      });

      test("is the end of both when the machine's is lost", async () => {
        const jump = await another("left");
        const connection = await connect({}, { ...endpoint, jump: jump.endpoint });
        await expect(connection.run("kill -KILL $PPID; sleep 60")).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
        await noConnectionsLeft(jump);
      });

      test("is the end of both when the jump host's is lost, and said so", async () => {
        const jump = await another("cut");
        const connection = await connect({}, { ...endpoint, jump: jump.endpoint });
        const running = connection.run("sleep 60");
        setTimeout(() => jump.cut(), 100);
        await expect(running).rejects.toMatchObject({
          code: "SSH_CONNECTION_LOST",
          message: expect.stringContaining("the connection to its jump host 127.0.0.1 has ended"),
        });
        expect(connection.isOpen).toBe(false);
        await expect(connection.dial(network.address, server.endpoint.port)).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
      });

      test("is the end of both when it is interrupted", async () => {
        const jump = await another("interrupted");
        const controller = new AbortController();
        const connection = await connect({ signal: controller.signal }, { ...endpoint, jump: jump.endpoint });
        const running = connection.run("sleep 60");
        setTimeout(() => controller.abort(), 100);
        await expect(running).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
        await noConnectionsLeft(jump);
      });
    });

    test("machines that share a jump host can share the connection to it, if they know it by the same key", async () => {
      const jump = await another("shared");
      const to = { ...endpoint, jump: jump.endpoint };
      const hostKey = await policy();
      await connect({ hostKey }, to);
      const sharedJumps = new Map<string, Promise<SshConnection>>();
      const before = jump.connections;
      const connections = await Promise.all(Array.from({ length: 5 }, () => connect({ hostKey, sharedJumps }, to)));
      expect(jump.connections - before).toBe(1);
      connections[0]?.close();
      expect((await connections[1]?.run("echo hello"))?.stdout).toBe("hello\n");
      const stranger = { ...(await policy("require")) };
      await writeFile(stranger.path, `dev.jump ${server.hostPublicKey}`);
      await expect(connect({ hostKey: stranger, sharedJumps }, to)).rejects.toMatchObject({ code: "SSH_HOST_KEY_CHANGED" });
      for (const shared of sharedJumps.values()) await shared.then((connection) => connection.close()).catch(() => undefined);
    });
  },
);
