import { randomUUID } from "node:crypto";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it } from "vitest";
import { type Identity, testIdentity } from "./identity.ts";
import { type AwsOptions, type AwsStandIn, startAws } from "./server.ts";

const running: AwsStandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.stop();
});

async function started(options: AwsOptions = {}): Promise<AwsStandIn> {
  const standIn = await startAws({
    handlers: { ec2: { DescribeRegions: () => ({ Regions: [] }) } },
    parameters: () => ({ "/a": "b" }),
    ...options,
  });
  running.push(standIn);
  return standIn;
}

/** One call each to a service of each protocol, and how it was answered. */
async function askAll({ url }: AwsStandIn, credentials: Identity, systemClockOffset = 0): Promise<readonly unknown[]> {
  const settings = { endpoint: url, region: "us-west-2", credentials, maxAttempts: 1, systemClockOffset };
  const answers = await Promise.allSettled([
    new EC2Client(settings).send(new DescribeRegionsCommand({})),
    new STSClient(settings).send(new GetCallerIdentityCommand({})),
    new SSMClient(settings).send(new GetParameterCommand({ Name: "/a" })),
  ]);
  return answers.map((answer) =>
    answer.status === "fulfilled" ? "answered" : `${answer.reason.$metadata.httpStatusCode} ${answer.reason.name}`,
  );
}

const answered = ["answered", "answered", "answered"];

describe("credentials", () => {
  it("right ones are taken, in all protocols", async () => {
    const standIn = await started();
    expect(await askAll(standIn, testIdentity)).toEqual(answered);
    expect(standIn.calls.map(({ service, region }) => `${service} ${region}`).toSorted()).toEqual([
      "ec2 us-west-2",
      "ssm us-west-2",
      "sts us-west-2",
    ]);
    expect(standIn.violations).toEqual([]);
  });

  it.each([
    [
      "an unknown access key",
      { accessKeyId: "AKIAOTHER" },
      ["401 AuthFailure", "403 InvalidClientTokenId", "400 UnrecognizedClientException"],
    ],
    ["a wrong secret", { secretAccessKey: "wrong" }, ["401 AuthFailure", "403 SignatureDoesNotMatch", "400 InvalidSignatureException"]],
    [
      "a session token with lasting keys",
      { sessionToken: "token" },
      ["401 AuthFailure", "403 InvalidClientTokenId", "400 UnrecognizedClientException"],
    ],
  ])("%s is refused as each service does", async (_what, change, expected) => {
    const standIn = await started();
    expect(await askAll(standIn, { ...testIdentity, ...change })).toEqual(expected);
    expect(standIn.calls).toEqual([]);
    expect(standIn.violations).toEqual([]);
  });

  it("temporary ones need their token, and end", async () => {
    const expires = new Date("2026-11-23T12:00:00Z");
    const temporary = { ...testIdentity, sessionToken: randomUUID(), expires };
    const clock = { now: new Date(expires.getTime() - 1000) };
    const standIn = await started({ identities: [temporary], now: () => clock.now });
    const offset = () => clock.now.getTime() - Date.now();
    // The SDK doesn't take keys whose end it knows.
    const { expires: _, ...credentials } = temporary;
    expect(await askAll(standIn, credentials, offset())).toEqual(answered);
    expect(await askAll(standIn, testIdentity, offset())).toEqual([
      "401 AuthFailure",
      "403 InvalidClientTokenId",
      "400 UnrecognizedClientException",
    ]);
    clock.now = expires;
    expect(await askAll(standIn, credentials, offset())).toEqual(["400 RequestExpired", "403 ExpiredToken", "400 ExpiredTokenException"]);
  });

  it("aren't known in a region that the account hasn't opted into", async () => {
    const standIn = await started({ disabledRegions: ["us-west-2"] });
    expect(await askAll(standIn, testIdentity)).toEqual(["401 AuthFailure", "403 InvalidClientTokenId", "400 UnrecognizedClientException"]);
  });
});

describe("the time of a request", () => {
  const minutes = 60_000;

  it.each([
    ["14 minutes old", -14, answered],
    ["16 minutes old", -16, ["400 RequestExpired", "403 SignatureDoesNotMatch", "400 InvalidSignatureException"]],
    ["14 minutes ahead", 14, answered],
    ["16 minutes ahead", 16, ["401 AuthFailure", "403 SignatureDoesNotMatch", "400 InvalidSignatureException"]],
  ])("may not be off by more than a quarter of an hour: %s", async (_what, offset, expected) => {
    expect(await askAll(await started(), testIdentity, offset * minutes)).toEqual(expected);
  });

  it("lets a client that retries learn the right time from the answer", async () => {
    const { url } = await started({ now: () => new Date(Date.now() + 60 * minutes) });
    const settings = { endpoint: url, region: "us-west-2", credentials: testIdentity, maxAttempts: 2 };
    await new STSClient(settings).send(new GetCallerIdentityCommand({}));
  });
});

describe("malformed signatures", () => {
  const scope = "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/ec2/aws4_request";
  const authorization = (signedHeaders: string) =>
    `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders}, Signature=${"0".repeat(64)}`;

  it.each([
    ["none at all", {}, "without a signature"],
    ["another scheme", { authorization: "Bearer token" }, "isn't one of Signature Version 4"],
    ["no date", { authorization: authorization("host") }, 'X-Amz-Date is ""'],
    ["another date than the key's", { authorization: authorization("host"), "x-amz-date": "20261124T000000Z" }, "signed with the key of"],
    ["an unsigned header of AWS's", { authorization: authorization("host"), "x-amz-date": "20261123T000000Z" }, "aren't: x-amz-date"],
    [
      "a signed header that isn't there",
      { authorization: authorization("host;x-amz-date;x-other"), "x-amz-date": "20261123T000000Z" },
      "aren't there: x-other",
    ],
    [
      "another body than the signed one",
      {
        authorization: authorization("host;x-amz-content-sha256;x-amz-date"),
        "x-amz-date": "20261123T000000Z",
        "x-amz-content-sha256": "0",
      },
      "The body isn't the one",
    ],
  ])("%s: refused, and noted", async (_what, headers, violation) => {
    const standIn = await started();
    const answer = await fetch(standIn.url, { method: "POST", headers, body: "Action=DescribeRegions&Version=2016-11-15" });
    expect(answer.ok).toBe(false);
    expect(standIn.violations).toEqual([expect.stringContaining(violation)]);
  });
});
