import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { ServerCertificateFiles } from "../../src/certificates/certificates.js";
import { ChildServer } from "./child-server.js";
import { freePort } from "./free-port.js";

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

/** Starts a dockerd in `directory` that demands client certificates of the CA in `files`. */
export async function startEngine(directory: string, files: ServerCertificateFiles): Promise<Engine> {
  const port = await freePort();
  const roots = join(directory, "engine");
  await mkdir(roots, { recursive: true });
  await writeFile(join(roots, "daemon.json"), "{}");
  const server = new ChildServer("/usr/sbin/dockerd", [
    ...["-H", `tcp://127.0.0.1:${port}`, "-H", `unix://${roots}/docker.sock`],
    ...["--data-root", join(roots, "data"), "--exec-root", join(roots, "exec"), "--pidfile", join(roots, "docker.pid")],
    ...["--config-file", join(roots, "daemon.json"), "--bridge=none", "--iptables=false", "--storage-driver=vfs"],
    ...["--tlsverify", "--tlscacert", files.caPath, "--tlscert", files.certificatePath, "--tlskey", files.keyPath],
  ]);
  await server.whenReady(() => isListening(port));
  return { url: `tcp://127.0.0.1:${port}`, port, stop: () => server.stop() };
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
