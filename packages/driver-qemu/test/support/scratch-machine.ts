import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { QemuProcess } from "../../src/qemu-process.ts";
import type { QmpEndpoint } from "../../src/qmp-endpoint.ts";
import { LocalHost } from "./local-host.ts";

/** A program that starts as fast as QEMU does, and never runs a guest. */
export const NO_GUEST = ["-machine", "none", "-display", "none", "-nodefaults"];

/** A machine's folder and its QEMU, whose process and files are gone when the test is. */
export interface ScratchMachine {
  readonly directory: string;
  readonly uuid: string;
  readonly host: LocalHost;
  readonly process: QemuProcess;
}

/**
 * @param options `folder`: below a temporary one; `port`: of a monitor with TLS
 */
export async function scratchMachine(options: { readonly folder?: string; readonly port?: number } = {}): Promise<ScratchMachine> {
  const root = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  const directory = join(root, options.folder ?? "machine");
  await mkdir(directory, { recursive: true });
  const host = new LocalHost({ directory });
  const uuid = randomUUID();
  const qmp: QmpEndpoint = options.port === undefined ? { kind: "unix", directory } : { kind: "tls", directory, port: options.port };
  const process = new QemuProcess({ machineName: "dev", uuid, directory, qmp }, host);
  onTestFinished(async () => {
    await process.terminate();
    await rm(root, { recursive: true, force: true });
  });
  return { directory, uuid, host, process };
}
