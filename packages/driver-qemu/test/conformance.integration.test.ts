import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import qemu from "../src/index.js";
import { FakeComputer } from "./support/fake-computer.js";

describe("the driver qemu conforms, on a computer whose QEMU runs no guests", () => {
  const tests = conformanceTests(qemu, {
    moduleUrl: new URL("../dist/index.js", import.meta.url),
    capabilities: ["preCreateCheck", "sshEndpoint", "start", "stop", "kill", "pause", "save"],
    createWorld: (outside) => FakeComputer.make(outside),
  });
  for (const { name, run } of tests) test(name, run);
});
