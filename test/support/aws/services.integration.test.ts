import { DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  paginateListServiceQuotas,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { GetParameterCommand, GetParametersCommand, paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it } from "vitest";
import { testIdentity } from "./identity.ts";
import { type AwsOptions, type AwsStandIn, startAws } from "./server.ts";
import { ec2Quotas } from "./service-quotas/quotas.ts";

const running: AwsStandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) {
    await standIn.stop();
    expect(standIn.violations).toEqual([]);
  }
});

async function settingsOf(options: AwsOptions = {}) {
  const standIn = await startAws(options);
  running.push(standIn);
  return { endpoint: standIn.url, region: "eu-west-1", credentials: testIdentity, maxAttempts: 1 };
}

async function collected<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe("STS", () => {
  it("says who calls", async () => {
    const sts = new STSClient(await settingsOf({ account: "111122223333" }));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: "111122223333",
      Arn: "arn:aws:iam::111122223333:user/tester",
    });
  });

  it("decodes what EC2 said to a caller who may not, and nothing else", async () => {
    const identity = { ...testIdentity, mayDo: (permission: string) => permission !== "ec2:DescribeImages" };
    const settings = await settingsOf({ identities: [identity], handlers: { ec2: { DescribeImages: () => ({}) } } });
    const sts = new STSClient(settings);
    const refusal = await new EC2Client(settings).send(new DescribeImagesCommand({})).catch((error: Error) => error.message);
    const EncodedMessage = /failure message: (\S+)$/.exec(String(refusal))?.[1];
    const { DecodedMessage = "" } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));
    expect(JSON.parse(DecodedMessage)).toMatchObject({ allowed: false, explicitDeny: false, context: { action: "ec2:DescribeImages" } });
    await expect(sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: "other" }))).rejects.toMatchObject({
      name: "InvalidAuthorizationMessageException",
    });
  });

  it("refuses a caller who may not decode", async () => {
    const sts = new STSClient(await settingsOf({ identities: [{ ...testIdentity, mayDo: () => false }] }));
    await sts.send(new GetCallerIdentityCommand({}));
    await expect(sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: "a" }))).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
  });

  it("gives out a role's keys, to a user and to a web identity", async () => {
    const settings = await settingsOf();
    const role = { RoleArn: "arn:aws:iam::123456789012:role/deploy", RoleSessionName: "ci" };
    const sts = new STSClient(settings);
    const answers = [
      await sts.send(new AssumeRoleCommand(role)),
      await new STSClient({ ...settings, credentials: { accessKeyId: "", secretAccessKey: "" } }).send(
        new AssumeRoleWithWebIdentityCommand({ ...role, WebIdentityToken: "token" }),
      ),
    ];
    for (const { Credentials } of answers) {
      const credentials = {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken ?? "",
      };
      const { Arn } = await new STSClient({ ...settings, credentials }).send(new GetCallerIdentityCommand({}));
      expect(Arn).toBe("arn:aws:sts::123456789012:assumed-role/deploy/ci");
    }
  });
});

describe("SSM", () => {
  const names = Array.from({ length: 23 }, (_, index) => `/aws/service/list/${String.fromCharCode(97 + index)}`);
  const parameters = (region: string) => ({
    "/aws/service/image": `ami-${region}`,
    ...Object.fromEntries(names.map((name) => [name, name])),
  });

  it("gives a region's parameters", async () => {
    const ssm = new SSMClient(await settingsOf({ parameters }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/aws/service/image" }));
    expect(Parameter).toMatchObject({ Value: "ami-eu-west-1", Version: 1, LastModifiedDate: new Date("2026-01-01T00:00:00Z") });
    const several = await ssm.send(new GetParametersCommand({ Names: ["/aws/service/image", "/other"] }));
    expect(several).toMatchObject({ Parameters: [{ Value: "ami-eu-west-1" }], InvalidParameters: ["/other"] });
    await expect(ssm.send(new GetParameterCommand({ Name: "/other" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("gives those below a path page by page", async () => {
    const client = new SSMClient(await settingsOf({ parameters }));
    const pages = await collected(paginateGetParametersByPath({ client }, { Path: "/aws/service/list" }));
    expect(pages.map(({ Parameters }) => Parameters?.length)).toEqual([10, 10, 3]);
    expect(pages.flatMap(({ Parameters = [] }) => Parameters.map(({ Name }) => Name))).toEqual(names);
    const [direct] = await collected(paginateGetParametersByPath({ client }, { Path: "/aws/service/" }));
    expect(direct?.Parameters?.map(({ Name }) => Name)).toEqual(["/aws/service/image"]);
  });

  it("refuses a caller who may not", async () => {
    const ssm = new SSMClient(await settingsOf({ parameters, identities: [{ ...testIdentity, mayDo: () => false }] }));
    await expect(ssm.send(new GetParameterCommand({ Name: "/aws/service/image" }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("is not authorized to perform: ssm:GetParameter on resource"),
    });
  });
});

describe("requests in JSON that aren't as the model has them", () => {
  it.each([
    [{ Name: "/a", Names: ["/a"] }, "GetParameter request: Names isn't in the service's model"],
    [{}, "GetParameter request: Name is required, and missing"],
    [{ Name: 1 }, "GetParameter request: Name is 1, not a string"],
    [{ Name: "/a", WithDecryption: "true" }, 'GetParameter request: WithDecryption is "true", not a boolean'],
    ["text", 'GetParameter request: the body is "text", not a structure'],
  ])("%j is refused, and noted", async (input, violation) => {
    const settings = await settingsOf({ parameters: () => ({ "/a": "b" }) });
    const ssm = new SSMClient(settings);
    // The SDK would write only what it knows.
    ssm.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = JSON.stringify(input);
        request.headers["content-length"] = String(request.body.length);
        return next(args);
      },
      { step: "build", priority: "low" },
    );
    await expect(ssm.send(new GetParameterCommand({ Name: "/a" }))).rejects.toThrow();
    const [standIn] = running.splice(0);
    expect(standIn?.violations[0]).toContain(violation);
    await standIn?.stop();
  });
});

describe("Service Quotas", () => {
  it("gives a quota of EC2, the account's own and the default", async () => {
    const client = new ServiceQuotasClient(await settingsOf({ quotas: { "L-1216C47A": 32 } }));
    const key = { ServiceCode: "ec2", QuotaCode: "L-1216C47A" };
    expect((await client.send(new GetServiceQuotaCommand(key))).Quota).toMatchObject({
      QuotaName: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
      Value: 32,
    });
    expect((await client.send(new GetAWSDefaultServiceQuotaCommand(key))).Quota?.Value).toBe(5);
    await expect(client.send(new GetServiceQuotaCommand({ ...key, QuotaCode: "L-0" }))).rejects.toMatchObject({
      name: "NoSuchResourceException",
    });
  });

  it("lists them page by page", async () => {
    const client = new ServiceQuotasClient(await settingsOf());
    const pages = await collected(paginateListServiceQuotas({ client, pageSize: 3 }, { ServiceCode: "ec2" }));
    expect(pages.map(({ Quotas }) => Quotas?.length)).toEqual([3, 3, 1]);
    expect(pages.flatMap(({ Quotas = [] }) => Quotas.map(({ QuotaCode }) => QuotaCode))).toEqual(Object.keys(ec2Quotas).toSorted());
  });
});
