import { conformanceTests, type StepRunner } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import { Account } from "../../../test/support/aws/ec2/account.ts";
import { ec2Handlers } from "../../../test/support/aws/ec2/ec2-handlers.ts";
import { testIdentity } from "../../../test/support/aws/identity.ts";
import { startAws } from "../../../test/support/aws/server.ts";
import ec2 from "../src/index.js";

/** How much later it is each time that somebody looks: pauses take no time here, so waiting for an instance is looking often. */
const TICK_MS = 40;
const OPERATION_MS = 20_000;

/** An account with nothing in it, where each call is a step that may fail. Nothing is repeated by the SDK, so that the driver meets every failure. */
async function createWorld(outside: StepRunner) {
  let now = Date.now();
  const account = new Account({
    now: () => {
      now += TICK_MS;
      return now;
    },
  });
  const aws = await startAws({
    handlers: { ec2: ec2Handlers(account) },
    parameters: (region) => account.parameters(region),
    callerAddress: "203.0.113.9",
    onCall: (call, effect) => outside.step(call.action, effect),
  });
  return {
    flags: {
      "amazonec2-endpoint": aws.url,
      "amazonec2-address-service": aws.addressUrl,
      "amazonec2-region": "us-east-1",
      "amazonec2-access-key": testIdentity.accessKeyId,
      "amazonec2-secret-key": testIdentity.secretAccessKey,
      "amazonec2-retries": "-1",
    },
    // Hosts are only asked for the id of their boot.
    ssh: () => ({ stdout: `boot-${aws.calls.filter(({ action }) => action === "RebootInstances").length}\n` }),
    residue: async () => [...account.residue(), ...aws.violations],
    dispose: () => aws.stop(),
  };
}

async function createHibernatingWorld(outside: StepRunner) {
  const world = await createWorld(outside);
  return { ...world, flags: { ...world.flags, "amazonec2-hibernate": true } };
}

describe("the driver amazonec2 conforms, at a stand-in for AWS", () => {
  const tests = conformanceTests(ec2, {
    moduleUrl: new URL("../dist/index.js", import.meta.url),
    capabilities: ["preCreateCheck", "sshEndpoint", "start", "stop", "kill", "restart"],
    createWorld,
    operationTimeoutMs: OPERATION_MS,
  });
  for (const { name, run } of tests) test(name, run);
});

describe("the driver amazonec2 conforms where instances can hibernate", () => {
  const tests = conformanceTests(ec2, {
    capabilities: ["preCreateCheck", "sshEndpoint", "start", "kill", "save"],
    createWorld: createHibernatingWorld,
    operationTimeoutMs: OPERATION_MS,
  });
  for (const { name, run } of tests.filter((each) => /\bsaved?\b/.test(each.name))) test(name, run);
});
