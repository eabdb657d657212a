import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CreateTagsCommand,
  type CreateTagsRequest,
  DescribeInstancesCommand,
  type DescribeInstancesRequest,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { AwsFault } from "./aws-fault.ts";
import type { Call } from "./call.ts";
import { testIdentity } from "./identity.ts";
import { type AwsOptions, type AwsStandIn, startAws } from "./server.ts";

const running: AwsStandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.stop();
});

async function started(options: AwsOptions = {}): Promise<AwsStandIn> {
  const standIn = await startAws(options);
  running.push(standIn);
  return standIn;
}

function clientOf({ url }: AwsStandIn): EC2Client {
  return new EC2Client({ endpoint: url, region: "eu-central-1", credentials: testIdentity, maxAttempts: 1 });
}

/** Posts a form that is signed right, by a client that knows nothing of the service's model. */
async function post(standIn: AwsStandIn, form: string): Promise<string> {
  const { stdout } = await promisify(execFile)("curl", [
    "--silent",
    "--aws-sigv4",
    "aws:amz:us-east-1:ec2",
    "--user",
    `${testIdentity.accessKeyId}:${testIdentity.secretAccessKey}`,
    "--data",
    form,
    standIn.url,
  ]);
  return stdout;
}
const postEc2 = (standIn: AwsStandIn, action: string, form = "") => post(standIn, `Action=${action}&Version=2016-11-15${form}`);

describe("EC2's protocol", () => {
  it("reads what AWS's SDK writes, and writes what it reads", async () => {
    const asked: unknown[] = [];
    const launchTime = new Date("2026-11-23T10:00:00Z");
    const standIn = await started({
      handlers: {
        ec2: {
          RunInstances: (input: RunInstancesRequest, { region, account, requestId }: Call) => {
            asked.push(input, region);
            const Groups = [{ GroupId: "sg-1", GroupName: 'a <b> & "c"' }];
            return {
              ReservationId: "r-1",
              OwnerId: account,
              RequesterId: requestId,
              Groups: [],
              Instances: [
                {
                  InstanceId: "i-1",
                  State: { Code: 0, Name: "pending" },
                  LaunchTime: launchTime,
                  EbsOptimized: false,
                  NetworkInterfaces: [{ Groups, Ipv6Addresses: [{ Ipv6Address: "::1" }], SourceDestCheck: true }],
                },
              ],
            };
          },
        },
      },
    });
    const input = {
      ImageId: "ami-1",
      MinCount: 1,
      MaxCount: 1,
      UserData: "I2Nsb3VkLWNvbmZpZw==",
      ClientToken: "token & more",
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 16, VolumeType: "gp3", Encrypted: true } }],
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: ["sg-1", "sg-2"], Ipv6Addresses: [{ Ipv6Address: "::2" }], SubnetId: "subnet-1" }],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "ä=b&c" }] }],
      InstanceMarketOptions: { MarketType: "spot", SpotOptions: { ValidUntil: new Date("2026-11-24T00:00:00Z") } },
    } satisfies RunInstancesRequest;
    // This protocol can't write empty lists.
    const output = await clientOf(standIn).send(new RunInstancesCommand({ ...input, SecurityGroupIds: [] }));
    expect(asked).toEqual([input, "eu-central-1"]);
    expect(output).toMatchObject({
      ReservationId: "r-1",
      OwnerId: "123456789012",
      Groups: [],
      Instances: [
        {
          InstanceId: "i-1",
          State: { Code: 0, Name: "pending" },
          LaunchTime: launchTime,
          EbsOptimized: false,
          NetworkInterfaces: [{ Groups: [{ GroupName: 'a <b> & "c"' }], Ipv6Addresses: [{ Ipv6Address: "::1" }], SourceDestCheck: true }],
        },
      ],
    });
    expect(standIn.calls[0]?.requestId).toBe(output.RequesterId);
    expect(output.$metadata.requestId).toBe(output.RequesterId);
    expect(standIn.violations).toEqual([]);
  });

  it("answers an action without output with its success", async () => {
    const standIn = await started({ handlers: { ec2: { CreateTags: (_: CreateTagsRequest) => undefined } } });
    const output = await clientOf(standIn).send(new CreateTagsCommand({ Resources: ["i-1"], Tags: [{ Key: "a", Value: "" }] }));
    expect(output.$metadata.httpStatusCode).toBe(200);
    expect(standIn.calls[0]?.input).toEqual({ Resources: ["i-1"], Tags: [{ Key: "a", Value: "" }] });
    expect(await postEc2(standIn, "CreateTags", "&ResourceId.1=i-1&Tag.1.Key=a")).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<CreateTagsResponse xmlns="http:\/\/ec2.amazonaws.com\/doc\/2016-11-15\/"><requestId>[0-9a-f-]{36}<\/requestId><return>true<\/return><\/CreateTagsResponse>$/,
    );
    expect(standIn.violations).toEqual([]);
  });

  it("answers an error of a handler as EC2 writes errors", async () => {
    const fault = new AwsFault("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist");
    const standIn = await started({ handlers: { ec2: { DescribeInstances: () => Promise.reject(fault) } } });
    await expect(clientOf(standIn).send(new DescribeInstancesCommand({ InstanceIds: ["i-1"] }))).rejects.toMatchObject({
      name: "InvalidInstanceID.NotFound",
      message: "The instance ID 'i-1' does not exist",
      $metadata: { httpStatusCode: 400, requestId: standIn.calls[0]?.requestId ?? expect.any(String) },
    });
    expect(standIn.violations).toEqual([]);
  });
});

describe("requests that aren't as the model has them", () => {
  const handlers = { ec2: { RunInstances: () => ({}), DescribeInstances: () => ({}), CreateTags: () => undefined } };

  it.each([
    ["an unknown member", "DescribeInstances", "&Instance.1=i-1", "UnknownParameter", "DescribeInstances request: Instance isn't in"],
    [
      "a list in Smithy's other notation",
      "DescribeInstances",
      "&InstanceId.member.1=i-1",
      "UnknownParameter",
      "InstanceIds.member isn't in",
    ],
    ["a list that begins with 0", "DescribeInstances", "&InstanceId.0=i-1", "UnknownParameter", "InstanceIds.0 isn't in"],
    ["a list with a gap", "DescribeInstances", "&InstanceId.1=i-1&InstanceId.3=i-3", "UnknownParameter", "InstanceIds.3 isn't in"],
    [
      "a list without numbers",
      "DescribeInstances",
      "&InstanceId=i-1",
      "InvalidParameterValue",
      'InstanceIds is "i-1", not a structure or a list',
    ],
    [
      "a member by the name it has in answers",
      "RunInstances",
      "&MinCount=1&MaxCount=1&NetworkInterface.1.GroupSet.1=sg-1",
      "UnknownParameter",
      "NetworkInterfaces[0].GroupSet isn't in",
    ],
    ["a missing member", "RunInstances", "&MinCount=1", "MissingParameter", "MaxCount is required"],
    ["a missing member further down", "CreateTags", "&Tag.1.Key=a", "MissingParameter", "Resources is required"],
    ["a number that is none", "DescribeInstances", "&MaxResults=ten", "InvalidParameterValue", 'MaxResults is "ten", not an integer'],
    [
      "a number too large",
      "DescribeInstances",
      "&MaxResults=4294967296",
      "InvalidParameterValue",
      "MaxResults is 4294967296, not an integer of 32 bits",
    ],
    ["a boolean in capitals", "DescribeInstances", "&DryRun=True", "InvalidParameterValue", 'DryRun is "True", not true or false'],
    ["a field that is there twice", "DescribeInstances", "&NextToken=a&NextToken=b", "InvalidParameterValue", "NextToken is there twice"],
    ["a structure's member below a string", "DescribeInstances", "&NextToken.A=a", "UnknownParameter", "NextToken.A isn't in"],
    ["an action that EC2 doesn't have", "DescribeInstance", "", "InvalidAction", 'ec2: there is no action "DescribeInstance"'],
    [
      "an action that isn't played",
      "StopInstances",
      "&InstanceId.1=i-1",
      "UnsupportedOperation",
      "StopInstances: the stand-in doesn't play it",
    ],
  ])("%s is refused, and noted", async (_what, action, form, code, violation) => {
    const standIn = await started({ handlers });
    expect(await postEc2(standIn, action, form)).toContain(`<Code>${code}</Code>`);
    expect(standIn.violations[0]).toContain(violation);
    expect(standIn.calls).toEqual([]);
  });

  it("a value that its enum doesn't have is refused; whoever typed it is told so by AWS", async () => {
    const standIn = await started({ handlers });
    const answer = await postEc2(standIn, "RunInstances", "&MinCount=1&MaxCount=1&MetadataOptions.HttpTokens=yes");
    expect(answer).toContain("<Code>InvalidParameterValue</Code>");
    expect(answer).toContain("MetadataOptions.HttpTokens: it is &#34;yes&#34;, not one of optional, required");
    expect([...standIn.calls, ...standIn.violations]).toEqual([]);
  });

  it("an API version that isn't EC2's is refused, and noted", async () => {
    const standIn = await started({ handlers });
    expect(await post(standIn, "Action=DescribeInstances&Version=2014-10-01")).toContain("<Code>NoSuchVersion</Code>");
    expect(standIn.violations).toHaveLength(1);
  });
});

describe("answers that aren't as the model has them", () => {
  it.each([
    ["an unknown member", { Reservation: [] }, "DescribeInstances answer: Reservation isn't in"],
    ["a wrong type", { Reservations: [{ Instances: [{ LaunchTime: "2026-11-23" }] }] }, "Reservations[0].Instances[0].LaunchTime is"],
    [
      "a value that its enum doesn't have",
      { Reservations: [{ Instances: [{ State: { Name: "started" } }] }] },
      'State.Name is "started", not one of pending, running',
    ],
    ["null", { NextToken: null }, "NextToken is null, not a string"],
    ["no structure", [], "is [], not a structure"],
  ])("%s is a failure of the stand-in", async (_what, output, violation) => {
    const standIn = await started({ handlers: { ec2: { DescribeInstances: (_: DescribeInstancesRequest) => output } } });
    await expect(clientOf(standIn).send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: "InternalError" });
    expect(standIn.violations).toEqual([expect.stringContaining(violation)]);
  });

  it("a handler that breaks is noted", async () => {
    const standIn = await started({ handlers: { ec2: { DescribeInstances: () => Promise.reject(new TypeError("x is not a function")) } } });
    await expect(clientOf(standIn).send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: "InternalError",
      $metadata: { httpStatusCode: 500 },
    });
    expect(standIn.violations).toEqual([expect.stringContaining("x is not a function")]);
  });
});

describe("permissions", () => {
  it("a caller who lacks one is told which, and so is one who would tag at launch", async () => {
    const identity = { ...testIdentity, mayDo: (permission: string) => permission !== "ec2:CreateTags" };
    const standIn = await started({ identities: [identity], handlers: { ec2: { RunInstances: () => ({ ReservationId: "r-1" }) } } });
    const client = clientOf(standIn);
    const input = { ImageId: "ami-1", MinCount: 1, MaxCount: 1 };
    await client.send(new RunInstancesCommand(input));
    const tagged = new RunInstancesCommand({
      ...input,
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "b" }] }],
    });
    await expect(client.send(tagged)).rejects.toMatchObject({
      name: "UnauthorizedOperation",
      message: expect.stringMatching(/is not authorized to perform: ec2:CreateTags on .* Encoded authorization failure message: \S+$/),
      $metadata: { httpStatusCode: 403 },
    });
    expect(standIn.violations).toEqual([]);
  });
});

describe("the service that tells callers their address", () => {
  it("answers with the caller's own, or with the one it's told", async () => {
    expect(await (await fetch((await started()).addressUrl)).text()).toBe("127.0.0.1\n");
    expect(await (await fetch((await started({ callerAddress: "203.0.113.7" })).addressUrl)).text()).toBe("203.0.113.7\n");
  });
});
