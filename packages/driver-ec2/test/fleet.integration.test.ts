import { conformanceTests, type StepRunner } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import { Account } from "../../../test/support/aws/ec2/account.ts";
import { ec2Handlers } from "../../../test/support/aws/ec2/ec2-handlers.ts";
import { testIdentity } from "../../../test/support/aws/identity.ts";
import { startAws } from "../../../test/support/aws/server.ts";
import ec2 from "../src/index.js";

const TICK_MS = 5;

/** An account that has no spot capacity for the first of two types, so that a fleet must choose; each call is a step that may fail. */
async function createWorld(outside: StepRunner) {
  let now = Date.now();
  const tick = () => {
    now += TICK_MS;
    return now;
  };
  const account = new Account({ now: tick, shortages: [{ instanceType: "t3.micro", market: "spot" }] });
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
      "amazonec2-request-spot-instance": true,
      "amazonec2-instance-type": ["t3.micro", "t3a.micro"],
    },
    ssh: () => ({ stdout: "boot-0\n" }),
    residue: async () => [...account.residue(), ...aws.violations],
    dispose: () => aws.stop(),
  };
}

describe("a machine that a fleet launches", () => {
  const tests = conformanceTests(ec2, { capabilities: ["preCreateCheck", "sshEndpoint"], createWorld, operationTimeoutMs: 20_000 });
  for (const { name, run } of tests.filter((each) =>
    /after create when|create can be repeated|create may|create stops|lost is found/.test(each.name),
  )) {
    test(name, run);
  }
});
