import { rm } from "node:fs/promises";
import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { afterAll, describe, test } from "vitest";
import { nspawnDefinition } from "../src/definition.js";
import { FakeKernel, makeCgroupRoot } from "./support/fake-kernel.js";

const cgroupRoot = await makeCgroupRoot();

describe("the nspawn driver, on a fake kernel", () => {
  const tests = conformanceTests(nspawnDefinition({ cgroupRoot }), {
    createWorld: () => FakeKernel.make(cgroupRoot),
    capabilities: ["preCreateCheck", "sshEndpoint", "start", "stop", "kill"],
    moduleUrl: new URL("../src/index.js", import.meta.url),
  });
  for (const { name, run } of tests) test(name, run);

  afterAll(() => rm(cgroupRoot, { recursive: true }));
});
