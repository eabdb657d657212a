import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { SshEndpoint } from "@docker-machine/driver-sdk";
import type { NetworkNamespace } from "./network-namespace.js";
import { SSHD, type SshServerOptions, writeSshServer } from "./ssh-server.js";

/** A real OpenSSH server that is reached on a loopback port of this computer, and whose logins are in another network. */
export class JumpHost {
  readonly endpoint: SshEndpoint & { readonly privateKeyPath: string };
  readonly hostPublicKey: string;
  /** How many connections it has taken. */
  connections = 0;
  readonly #server: Server;
  readonly #sessions: Set<ChildProcess>;

  private constructor(
    server: Server,
    sessions: Set<ChildProcess>,
    files: { readonly privateKeyPath: string; readonly hostPublicKey: string },
  ) {
    const { port } = server.address() as AddressInfo;
    this.endpoint = { host: "127.0.0.1", port, user: "root", privateKeyPath: files.privateKeyPath };
    this.hostPublicKey = files.hostPublicKey;
    this.#server = server;
    this.#sessions = sessions;
    server.on("connection", () => {
      this.connections += 1;
    });
  }

  /** Starts it with its keys in the folder `name` of `directory`, or with those of an earlier start. */
  static async start(
    directory: string,
    name: string,
    { words }: NetworkNamespace,
    options: Pick<SshServerOptions, "settings" | "port"> = {},
  ): Promise<JumpHost> {
    const files = await writeSshServer(directory, name, options);
    const sessions = new Set<ChildProcess>();
    const [file = "", ...inside] = words;
    const server = createServer({ pauseOnConnect: true }, (socket: Socket) => {
      const child = spawn(file, [...inside, SSHD, "-i", "-f", files.config], { stdio: [socket, socket, "ignore"] });
      sessions.add(child);
      child.on("close", () => sessions.delete(child));
      child.on("spawn", () => socket.destroy());
    });
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
    return new JumpHost(server, sessions, files);
  }

  /** How many of its connections go on. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Ends all connections at once, as a crash does. */
  cut(): void {
    for (const session of this.#sessions) session.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
