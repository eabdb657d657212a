import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import generic from "../src/index.js";

/** A host of somebody else's: a listening port and a key. */
async function createWorld() {
  const directory = await mkdtemp(join(tmpdir(), "generic-world-"));
  const key = join(directory, "id_ed25519");
  await writeFile(key, "PRIVATE", { mode: 0o600 });
  await writeFile(`${key}.pub`, "PUBLIC");
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    flags: {
      "generic-ip-address": "127.0.0.1",
      "generic-ssh-port": String((server.address() as AddressInfo).port),
      "generic-ssh-user": "deb",
      "generic-ssh-key": key,
    },
    residue: async () => [],
    dispose: async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

describe("the driver generic conforms", () => {
  const tests = conformanceTests(generic, {
    moduleUrl: new URL("../dist/index.js", import.meta.url),
    capabilities: ["preCreateCheck", "sshEndpoint"],
    adoptsHosts: true,
    createWorld,
  });
  for (const { name, run } of tests) test(name, run);
});
