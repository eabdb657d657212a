import { readlink } from "node:fs/promises";
import { runProcess } from "../../src/process/run-process.js";
import { ChildServer } from "./child-server.js";

/** A network of its own, with nothing but its loopback interface: nobody outside reaches it. Needs root. */
export class NetworkNamespace {
  /** An address that only those inside reach. */
  readonly address = "127.0.0.5";
  readonly #keeper = new ChildServer("unshare", ["--net", "sh", "-c", "ip link set lo up && exec sleep infinity"]);

  static async start(): Promise<NetworkNamespace> {
    const namespace = new NetworkNamespace();
    const outside = await readlink("/proc/self/ns/net");
    await namespace.#keeper.whenReady(async () => {
      if ((await readlink(namespace.#path)) === outside) return false;
      return (await runProcess("nsenter", [...namespace.words.slice(1), "ip", "link", "show", "lo"])).stdout.includes("LOWER_UP");
    });
    return namespace;
  }

  get #path(): string {
    return `/proc/${this.#keeper.pid}/ns/net`;
  }

  /** Put before a program's own words, they make it run inside. */
  get words(): readonly string[] {
    return ["nsenter", `--net=${this.#path}`];
  }

  /** Whether something inside accepts connections at {@link address}. */
  async isListening(port: number): Promise<boolean> {
    const [file = "", ...words] = this.words;
    const accepted = [0, 1];
    const probe = `: < /dev/tcp/${this.address}/${port}`;
    return (await runProcess(file, [...words, "bash", "-c", probe], { acceptedExitCodes: accepted })).exitCode === 0;
  }

  stop(): Promise<void> {
    return this.#keeper.stop();
  }
}
