import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { runProcess } from "../../src/process/run-process.js";
import { ChildServer } from "./child-server.js";
import { isListening } from "./docker-engine.js";
import { freePort } from "./free-port.js";
import type { NetworkNamespace } from "./network-namespace.js";

/** Its path. */
export const SSHD = "/usr/sbin/sshd";

/** Why there can be no {@link startSshServer} here; `undefined` if there can. */
export const sshServerUnavailable: string | undefined =
  process.getuid?.() !== 0 ? "sshd needs root" : existsSync(SSHD) ? undefined : "sshd (package openssh-server) is not installed";

/** A real OpenSSH server on a loopback port, where root may log in with one key. */
export interface SshServer {
  readonly endpoint: SshEndpoint & { readonly privateKeyPath: string };
  readonly hostPublicKey: string;
  stop(): Promise<void>;
}

/** What {@link startSshServer} may be told. */
export interface SshServerOptions {
  readonly port?: number;
  /** Default: `["ed25519"]`. */
  readonly hostKeyTypes?: readonly ("ed25519" | "ecdsa" | "rsa")[];
  /** Default: `present`. */
  readonly sftp?: "present" | "absent";
  /** Where it listens instead of `127.0.0.1`: in a network namespace. */
  readonly namespace?: NetworkNamespace;
  /** Further lines of sshd_config. */
  readonly settings?: readonly string[];
}

/** What {@link writeSshServer} wrote. */
export interface SshServerFiles {
  readonly config: string;
  readonly privateKeyPath: string;
  readonly hostPublicKey: string;
}

/** Starts an sshd with its keys in the folder `name` of `directory`. With those of an earlier start, if there was one. */
export async function startSshServer(directory: string, name: string, options: SshServerOptions = {}): Promise<SshServer> {
  const { port = await freePort(), namespace } = options;
  const { config, privateKeyPath, hostPublicKey } = await writeSshServer(directory, name, { ...options, port });
  const [file = SSHD, ...words] = [...(namespace?.words ?? []), SSHD];
  const server = new ChildServer(file, [...words, "-D", "-e", "-f", config]);
  await server.whenReady(() => (namespace === undefined ? isListening(port) : namespace.isListening(port)));
  return {
    endpoint: { host: namespace?.address ?? "127.0.0.1", port, user: "root", privateKeyPath },
    hostPublicKey,
    stop: () => server.stop(),
  };
}

/** Writes what {@link startSshServer} starts sshd with. */
export async function writeSshServer(directory: string, name: string, options: SshServerOptions): Promise<SshServerFiles> {
  const { port = 22, hostKeyTypes = ["ed25519"], sftp = "present", namespace, settings = [] } = options;
  const own = join(directory, name);
  await mkdir(own, { recursive: true });
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const privateKeyPath = join(own, "id_test");
  if (!existsSync(privateKeyPath)) await generateKey("ed25519", privateKeyPath);
  const hostKeys = hostKeyTypes.map((type) => ({ type, path: join(own, `host_${type}`) }));
  await Promise.all(hostKeys.filter(({ path }) => !existsSync(path)).map(({ type, path }) => generateKey(type, path)));
  const config = join(own, "sshd_config");
  await writeFile(
    config,
    [
      `Port ${port}`,
      `ListenAddress ${namespace?.address ?? "127.0.0.1"}`,
      ...hostKeys.map(({ path }) => `HostKey ${path}`),
      `AuthorizedKeysFile ${privateKeyPath}.pub`,
      `PidFile ${own}/sshd.pid`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      ...(sftp === "present" ? ["Subsystem sftp internal-sftp"] : []),
      ...settings,
      "",
    ].join("\n"),
  );
  return { config, privateKeyPath, hostPublicKey: await readFile(`${hostKeys[0]?.path}.pub`, "utf8") };
}

/** Makes a key pair with OpenSSH's own program. */
export async function generateKey(type: "ed25519" | "ecdsa" | "rsa", path: string, ...more: readonly string[]): Promise<void> {
  await runProcess("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", path, ...more]);
}
