import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { FakeMachine } from "@docker-machine/driver-sdk/testing";
import { onTestFinished } from "vitest";
import { QemuDriver } from "../../src/driver.ts";
import { qemuOptions } from "../../src/options.ts";
import type { QemuState } from "../../src/state.ts";
import { LocalHost } from "./local-host.ts";

/** A machine of the driver, with this computer's QEMU, and an image that holds no system: it runs, but nothing boots. */
export interface RealMachine {
  readonly directory: string;
  readonly host: LocalHost;
  readonly machine: FakeMachine<typeof qemuOptions, QemuState>;
  /** A driver as another process would have it. */
  readonly driver: () => QemuDriver;
}

/** Makes a machine whose process and files are gone when the test is. */
export async function realMachine(flags: Readonly<Record<string, string | readonly string[]>> = {}): Promise<RealMachine> {
  const root = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  const directory = join(root, "a,b c");
  const host = new LocalHost({ directory: root, cacheDirectory: join(root, "cache") });
  await host.run("mkdir", [directory]);
  const image = join(root, "image.qcow2");
  await host.run("qemu-img", ["create", "-q", "-f", "qcow2", image, "16M"]);
  const options = resolveOptions(qemuOptions, {
    flags: {
      "qemu-image": image,
      "qemu-accelerator": "tcg",
      "qemu-memory": "256",
      "qemu-disk-size": "1000",
      "qemu-stop-timeout": "1",
      ...flags,
    },
  });
  const machine = new FakeMachine<typeof qemuOptions, QemuState>({ directory, options });
  const driver = () => new QemuDriver(machine, host);
  onTestFinished(async () => {
    await driver().remove();
    await rm(root, { recursive: true, force: true });
  });
  return { directory, host, machine, driver };
}
