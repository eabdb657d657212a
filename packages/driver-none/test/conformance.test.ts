import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import none from "../src/index.js";

describe("the driver none conforms", () => {
  const tests = conformanceTests(none, {
    moduleUrl: new URL("../dist/index.js", import.meta.url),
    capabilities: [],
    adoptsHosts: true,
    createWorld: () => ({ flags: { url: "tcp://127.0.0.1:2376" }, residue: async () => [] }),
  });
  for (const { name, run } of tests) test(name, run);
});
