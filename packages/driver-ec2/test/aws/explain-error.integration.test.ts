import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { testIdentity } from "../../../../test/support/aws/identity.ts";
import { openAws } from "../../src/aws/aws.js";
import { type AwsError, isAwsCode } from "../../src/aws/aws-error.js";
import { Ec2World, optionsOf } from "../support/ec2-world.js";
import { errorOf } from "../support/error-of.js";

const LAUNCH = { ImageId: "ami-0123456789abcdef0", InstanceType: "t3.micro" as const, MinCount: 1, MaxCount: 1 };

/** What the user is told when AWS answers a launch with this code. */
async function explained(awsCode: string, message = "What AWS says.") {
  const world = await Ec2World.start();
  world.aws.failNext("RunInstances", awsCode, message);
  const error = await errorOf((await world.open()).ec2("RunInstances", LAUNCH));
  return { code: error.code, text: [error.message, ...error.suggestions].join("\n"), error };
}

describe("an error of AWS's", () => {
  test.each([
    ["InsufficientInstanceCapacity", "EC2_CAPACITY_MISSING", "--amazonec2-instance-type"],
    ["SpotMaxPriceTooLow", "EC2_SPOT_PRICE_TOO_LOW", "--amazonec2-spot-price"],
    ["VPCIdNotSpecified", "EC2_DEFAULT_VPC_MISSING", "aws ec2 create-default-vpc"],
    ["AuthFailure", "EC2_CREDENTIALS_REFUSED", "get-region-opt-status --region-name us-east-1"],
    ["InvalidClientTokenId", "EC2_CREDENTIALS_REFUSED", "aws sts get-caller-identity"],
    ["ExpiredToken", "EC2_CREDENTIALS_EXPIRED", "aws sso login"],
    ["RequestExpired", "EC2_CLOCK_SKEWED", "clock"],
    ["OptInRequired", "EC2_REGION_DISABLED", "aws account enable-region --region-name us-east-1"],
    ["PendingVerification", "EC2_ACCOUNT_BLOCKED", "support"],
    ["Unsupported", "EC2_UNSUPPORTED", "describe-instance-type-offerings"],
    ["IncorrectInstanceState", "EC2_STATE_UNFIT", "docker-machine ls"],
    ["InternalError", "EC2_SERVICE_FAILED", "the same again"],
    ["InvalidParameterValue", "EC2_REQUEST_REFUSED", "InvalidParameterValue: What AWS says."],
  ])("%s becomes %s, and says what to do", async (awsCode, code, hint) => {
    const { error, ...told } = await explained(awsCode);
    expect(told.code).toBe(code);
    expect(told.text).toContain(hint);
    expect(isAwsCode(error, awsCode)).toBe(true);
    expect((error as AwsError).requestId).toBeDefined();
  });

  test("of a marketplace image leads to its page", async () => {
    const { code, text } = await explained(
      "OptInRequired",
      "In order to use this AWS Marketplace product you need to accept terms and subscribe. To do so please visit https://aws.amazon.com/marketplace/pp?sku=abc",
    );
    expect(code).toBe("EC2_SUBSCRIPTION_MISSING");
    expect(text).toContain("https://aws.amazon.com/marketplace/pp?sku=abc");
  });

  test("of a quota names it, and asks for more", async () => {
    const { code, text } = await explained("VcpuLimitExceeded");
    expect(code).toBe("EC2_QUOTA_EXCEEDED");
    expect(text).toContain('"Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" (L-1216C47A)');
    expect(text).toContain("--service-code ec2 --quota-code L-1216C47A");
    expect((await explained("MaxSpotInstanceCountExceeded")).text).toContain("L-34B43A08");
    expect((await explained("SecurityGroupLimitExceeded")).text).toContain("VPC security groups per Region");
    expect((await explained("RulesPerSecurityGroupLimitExceeded")).text).toContain("--amazonec2-security-group NAME");
    expect((await explained("VolumeLimitExceeded")).code).toBe("EC2_QUOTA_EXCEEDED");
  });
});

describe("a region", () => {
  test.each([
    ["ap-east-1", "EC2_REGION_DISABLED", "aws account enable-region --region-name ap-east-1"],
    ["eu-west-9", "EC2_REGION_UNKNOWN", "describe-regions"],
  ])("like %s, where AWS only says that it doesn't know the credentials, is told by name", async (region, code, hint) => {
    const world = await Ec2World.start({}, { disabledRegions: [region] });
    const error = await errorOf((await world.open(new FakeHost(), { "amazonec2-region": region })).ec2("DescribeVpcs", {}));
    expect(error.code).toBe(code);
    expect(error.message).toContain(region);
    expect(error.suggestions.join("\n")).toContain(hint);
  });

  test("that is enabled leaves the credentials to blame", async () => {
    const world = await Ec2World.start();
    const aws = await world.open(new FakeHost(), { "amazonec2-region": "eu-west-1", "amazonec2-access-key": "AKIAUNKNOWN000000000" });
    expect((await errorOf(aws.ec2("DescribeVpcs", {}))).code).toBe("EC2_CREDENTIALS_REFUSED");
  });
});

describe("a missing permission", () => {
  const limited = (forbidden: readonly string[]) => ({
    accessKeyId: "AKIALIMITED000000000",
    secretAccessKey: "limited",
    arn: "arn:aws:iam::123456789012:user/limited",
    mayDo: (permission: string) => !forbidden.includes(permission),
  });

  async function denied(forbidden: readonly string[]) {
    const identity = limited(forbidden);
    const world = await Ec2World.start({}, { identities: [testIdentity, identity] });
    const aws = await world.open(new FakeHost(), {
      "amazonec2-access-key": identity.accessKeyId,
      "amazonec2-secret-key": identity.secretAccessKey,
    });
    const error = await errorOf(aws.ec2("DescribeVpcs", {}));
    expect(world.aws.violations).toEqual([]);
    return { code: error.code, message: error.message, suggestions: error.suggestions.join("\n") };
  }

  test("is named, with whom it is missing, and the statement that gives it", async () => {
    const { code, message, suggestions } = await denied(["ec2:DescribeVpcs"]);
    expect(code).toBe("EC2_PERMISSION_MISSING");
    expect(message).toContain("ec2:DescribeVpcs");
    expect(message).toContain("arn:aws:iam::123456789012:user/limited");
    expect(suggestions).toContain('"Effect":"Allow"');
    expect(suggestions).toContain("ec2:DescribeVpcs");
    expect(suggestions).not.toContain("DecodeAuthorizationMessage, too");
  });

  test("is named even where the decoded message may not be read", async () => {
    const { code, message } = await denied(["ec2:DescribeVpcs", "sts:DecodeAuthorizationMessage"]);
    expect(code).toBe("EC2_PERMISSION_MISSING");
    expect(message).toContain("ec2:DescribeVpcs");
  });
});

describe("AWS that isn't reached", () => {
  test("is a network error that names the way to it", async () => {
    const flags = { "amazonec2-endpoint": "http://127.0.0.1:1", "amazonec2-access-key": "a", "amazonec2-secret-key": "b" };
    const aws = await openAws(
      { options: optionsOf({ ...flags, "amazonec2-region": "eu-west-1", "amazonec2-retries": "-1" }) },
      new FakeHost(),
    );
    const error = await errorOf(aws.ec2("DescribeVpcs", {}));
    expect(error.code).toBe("EC2_UNREACHABLE");
    expect(isAwsCode(error, "NetworkError")).toBe(true);
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.suggestions.join("\n")).toContain("HTTPS_PROXY");
  });
});
