import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { ServerCertificateFiles } from "../../src/certificates/certificates.js";
import { ChildServer } from "./child-server.js";
import { freePort } from "./free-port.js";
import type { NetworkNamespace } from "./network-namespace.js";

/** Why there can be no {@link startEngine} here; `undefined` if there can. */
export const engineUnavailable: string | undefined =
  process.getuid?.() !== 0
    ? "dockerd needs root"
    : existsSync("/usr/sbin/dockerd")
      ? undefined
      : "dockerd (package docker.io) is not installed";

/** A real dockerd that speaks TLS on a loopback port and touches no network or data but its own. */
export interface Engine {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a dockerd in `directory` that demands client certificates of the CA in `files`.
 *
 * @param namespace where it listens instead of `127.0.0.1`
 */
export async function startEngine(directory: string, files: ServerCertificateFiles, namespace?: NetworkNamespace): Promise<Engine> {
  const port = await freePort();
  const roots = join(directory, "engine");
  await mkdir(roots, { recursive: true });
  await writeFile(join(roots, "daemon.json"), "{}");
  const address = namespace?.address ?? "127.0.0.1";
  const [file = "", ...words] = [...(namespace?.words ?? []), "/usr/sbin/dockerd"];
  const server = new ChildServer(file, [
    ...words,
    ...["-H", `tcp://${address}:${port}`, "-H", `unix://${roots}/docker.sock`],
    ...["--data-root", join(roots, "data"), "--exec-root", join(roots, "exec"), "--pidfile", join(roots, "docker.pid")],
    ...["--config-file", join(roots, "daemon.json"), "--bridge=none", "--iptables=false", "--storage-driver=vfs"],
    ...["--tlsverify", "--tlscacert", files.caPath, "--tlscert", files.certificatePath, "--tlskey", files.keyPath],
  ]);
  await server.whenReady(() => (namespace === undefined ? isListening(port) : namespace.isListening(port)));
  return { url: `tcp://${address}:${port}`, port, stop: () => server.stop() };
}

/** Whether something accepts connections on a loopback port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
