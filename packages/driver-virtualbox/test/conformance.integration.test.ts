import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineDriver } from "@docker-machine/driver-sdk";
import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import { VirtualBoxDriver } from "../src/driver.js";
import virtualbox from "../src/index.js";
import { quietComputer } from "./support/computer.js";
import { FakeVirtualBox } from "./support/fake-virtualbox.js";
import { rawDisk } from "./support/raw-disk.js";

const definition = defineDriver({
  ...virtualbox,
  createDriver: (machine, host) => new VirtualBoxDriver(machine, host, quietComputer()),
});

/** VirtualBox without anything in it, and a disk image to make machines of. */
async function createWorld() {
  const directory = await mkdtemp(join(tmpdir(), "virtualbox-world-"));
  const image = join(directory, "image.raw");
  await writeFile(image, rawDisk());
  const box = new FakeVirtualBox();
  return {
    flags: { "virtualbox-image": image, "virtualbox-no-vtx-check": true },
    run: box.run,
    residue: async () => box.residue(),
    dispose: () => rm(directory, { recursive: true }),
  };
}

describe("the driver virtualbox conforms", () => {
  const tests = conformanceTests(definition, {
    moduleUrl: new URL("../dist/index.js", import.meta.url),
    capabilities: ["preCreateCheck", "sshEndpoint", "start", "stop", "kill", "pause", "save"],
    createWorld,
  });
  for (const { name, run } of tests) test(name, run);
});
