import { CreateSecurityGroupCommand, DescribeVpcsCommand, EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";
import { ListServiceQuotasCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { afterEach, describe, expect, it } from "vitest";
import { AwsFault } from "./aws-fault.ts";
import { afterwards, delay, loseAnswer, loseRequest, throttle } from "./faults.ts";
import { testIdentity } from "./identity.ts";
import { type AwsOptions, type AwsStandIn, startAws } from "./server.ts";

const running: AwsStandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.stop();
});

/** A stand-in that makes groups, and a client that doesn't try again unless told so. */
async function world(options: AwsOptions = {}, settings: EC2ClientConfig = {}) {
  const made: string[] = [];
  const standIn = await startAws({
    handlers: {
      ec2: {
        CreateSecurityGroup: () => {
          made.push(`sg-${made.length}`);
          return { GroupId: made.at(-1) };
        },
        DescribeVpcs: () => ({ Vpcs: [] }),
      },
    },
    ...options,
  });
  running.push(standIn);
  const client = new EC2Client({ endpoint: standIn.url, region: "us-east-1", credentials: testIdentity, maxAttempts: 1, ...settings });
  const create = () => client.send(new CreateSecurityGroupCommand({ GroupName: "a", Description: "b" }));
  const describeVpcs = () => client.send(new DescribeVpcsCommand({}));
  return { standIn, client, made, create, describeVpcs };
}

describe("planned faults", () => {
  it("an error on demand: once, nothing done, with the status AWS has for it", async () => {
    const { standIn, made, create, describeVpcs } = await world();
    standIn.failNext("CreateSecurityGroup", "InsufficientInstanceCapacity", "We have none.");
    await describeVpcs();
    await expect(create()).rejects.toMatchObject({
      name: "InsufficientInstanceCapacity",
      message: "We have none.",
      $metadata: { httpStatusCode: 500 },
    });
    expect(made).toEqual([]);
    await create();
    expect(made).toEqual(["sg-0"]);
    expect(standIn.violations).toEqual([]);
  });

  it("a lost answer: all is done, and the client's own repetition does it again", async () => {
    const { standIn, made, create } = await world();
    standIn.faults.plan(loseAnswer(), { action: "CreateSecurityGroup" });
    await expect(create()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(made).toEqual(["sg-0"]);
    standIn.faults.plan(loseAnswer());
    const patient = new EC2Client({ endpoint: standIn.url, region: "us-east-1", credentials: testIdentity });
    expect((await patient.send(new CreateSecurityGroupCommand({ GroupName: "a", Description: "b" }))).GroupId).toBe("sg-2");
  });

  it("a lost request: nothing is done", async () => {
    const { standIn, made, create } = await world();
    standIn.faults.plan(loseRequest());
    await expect(create()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(made).toEqual([]);
  });

  it("throttling: at any call, as often as told, in each service's words", async () => {
    const { standIn, create } = await world({}, { maxAttempts: 3 });
    standIn.faults.plan(throttle(), { times: 2 });
    await create();
    expect(standIn.calls).toHaveLength(3);
    standIn.faults.plan(throttle(), { times: Number.POSITIVE_INFINITY });
    await expect(create()).rejects.toMatchObject({ name: "RequestLimitExceeded", $metadata: { httpStatusCode: 503, attempts: 3 } });
    const quotas = new ServiceQuotasClient({ endpoint: standIn.url, region: "us-east-1", credentials: testIdentity, maxAttempts: 1 });
    await expect(quotas.send(new ListServiceQuotasCommand({ ServiceCode: "ec2" }))).rejects.toMatchObject({ name: "ThrottlingException" });
    standIn.faults.clear();
    await create();
  });

  it("skip calls, and count only those of their action", async () => {
    const { standIn, create, describeVpcs } = await world();
    standIn.faults.plan(throttle(), { action: "CreateSecurityGroup", skip: 1 });
    await describeVpcs();
    await create();
    await describeVpcs();
    await expect(create()).rejects.toThrow("Request limit exceeded.");
    await create();
  });

  it("something outside happens between an effect and its answer", async () => {
    const { standIn, made, create } = await world();
    const seen: string[] = [];
    standIn.faults.plan(afterwards(({ action }) => void seen.push(`${action}: ${made}`)));
    await create();
    expect(seen).toEqual(["CreateSecurityGroup: sg-0"]);
  });

  it("a delay that the client doesn't wait for leaves nothing done", async () => {
    const { standIn, client, made } = await world();
    standIn.faults.plan(delay(60_000));
    const hangUp = new AbortController();
    const asked = client.send(new CreateSecurityGroupCommand({ GroupName: "a", Description: "b" }), { abortSignal: hangUp.signal });
    await expect.poll(() => standIn.calls.length).toBe(1);
    hangUp.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => standIn.calls[0]?.signal.aborted).toBe(true);
    expect(made).toEqual([]);
    expect(standIn.violations).toEqual([]);
  });
});

describe("a test's own way with calls", () => {
  it("counts them, cuts the connection by throwing, or answers an error", async () => {
    const steps: string[] = [];
    const { create, describeVpcs, made } = await world({
      onCall: async (call, effect) => {
        steps.push(call.action);
        if (call.action === "DescribeVpcs") throw new AwsFault("InternalError", "no");
        await effect();
        throw new Error("cut");
      },
    });
    await expect(create()).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(describeVpcs()).rejects.toMatchObject({ name: "InternalError" });
    expect(steps).toEqual(["CreateSecurityGroup", "DescribeVpcs"]);
    expect(made).toEqual(["sg-0"]);
  });
});
