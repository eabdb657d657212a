import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { delay, refuse, throttle } from "../../../../test/support/aws/faults.ts";
import { openAws } from "../../src/aws/aws.js";
import { Ec2World, optionsOf } from "../support/ec2-world.js";
import { errorOf } from "../support/error-of.js";

afterEach(() => vi.unstubAllEnvs());

/** The environment of somebody who has no credentials and no profile. */
function withoutCredentials(env: Readonly<Record<string, string>> = {}): void {
  for (const name of [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
  ]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}

async function configFile(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "driver-ec2-config-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "config");
  await writeFile(path, text);
  return path;
}

async function regionOf(flags: Record<string, string>, state: { Region?: string } = {}): Promise<string> {
  return (await openAws({ options: optionsOf(flags), state }, new FakeHost())).region;
}

describe("the region", () => {
  test("is the machine's, else the option's, else the environment's, else the profile's, else us-east-1", async () => {
    const config = await configFile("[profile work]\nregion = eu-west-3\n[default]\nregion = eu-west-2\n");
    withoutCredentials();
    expect(await regionOf({})).toBe("us-east-1");
    withoutCredentials({ AWS_CONFIG_FILE: config });
    expect(await regionOf({})).toBe("eu-west-2");
    expect(await regionOf({ "amazonec2-profile": "work" })).toBe("eu-west-3");
    withoutCredentials({ AWS_CONFIG_FILE: config, AWS_REGION: "eu-west-1" });
    expect(await regionOf({})).toBe("eu-west-1");
    expect(await regionOf({ "amazonec2-region": "eu-north-1" })).toBe("eu-north-1");
    expect(await regionOf({ "amazonec2-region": "eu-north-1" }, { Region: "eu-south-1" })).toBe("eu-south-1");
  });
});

describe("credentials", () => {
  test("that were given are used, whatever the environment says", async () => {
    const world = await Ec2World.start();
    withoutCredentials({ AWS_ACCESS_KEY_ID: "AKIAOTHER", AWS_SECRET_ACCESS_KEY: "other" });
    expect(await (await world.open()).sts("GetCallerIdentity", {})).toMatchObject({ Account: "123456789012" });
  });

  test("are the environment's, else those of a profile, where none were given", async () => {
    const world = await Ec2World.start();
    const flags = { "amazonec2-endpoint": world.aws.url, "amazonec2-region": "us-east-1", "amazonec2-retries": "-1" };
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = world.aws.environment();
    withoutCredentials({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    await (await openAws({ options: optionsOf(flags) }, new FakeHost())).ec2("DescribeVpcs", {});
    const config = await configFile(
      `[profile work]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`,
    );
    withoutCredentials({ AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: "AKIAOTHER", AWS_SECRET_ACCESS_KEY: "other" });
    const aws = await openAws({ options: optionsOf({ ...flags, "amazonec2-profile": "work" }) }, new FakeHost());
    await aws.ec2("DescribeVpcs", {});
    expect(world.count("DescribeVpcs")).toBe(2);
  });

  test("that the Go program saved are used for its machines", async () => {
    const world = await Ec2World.start();
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = world.aws.environment();
    withoutCredentials();
    const state = {
      AccessKey: AWS_ACCESS_KEY_ID,
      SecretKey: AWS_SECRET_ACCESS_KEY,
      SessionToken: "",
      Endpoint: world.aws.url.replace("http://", ""),
      DisableSSL: true,
    };
    const aws = await openAws({ options: optionsOf(), state }, new FakeHost());
    await aws.ec2("DescribeVpcs", {});
    expect(world.count("DescribeVpcs")).toBe(1);
  });

  test("that are nowhere are an error that says where they could be", async () => {
    const world = await Ec2World.start();
    withoutCredentials();
    const aws = await openAws({ options: optionsOf({ "amazonec2-endpoint": world.aws.url }) }, new FakeHost());
    const error = await errorOf(aws.ec2("DescribeVpcs", {}));
    expect(error.code).toBe("EC2_CREDENTIALS_MISSING");
    expect(error.suggestions.join("\n")).toContain("--amazonec2-profile");
  });
});

describe("a proxy", () => {
  test("that the environment names is used", async () => {
    withoutCredentials();
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(502).end();
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void proxy.close());
    for (const name of ["NO_PROXY", "no_proxy", "http_proxy"]) vi.stubEnv(name, undefined);
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    const flags = { "amazonec2-endpoint": "http://ec2.test.invalid", "amazonec2-access-key": "a", "amazonec2-secret-key": "b" };
    const aws = await openAws({ options: optionsOf({ ...flags, "amazonec2-retries": "-1" }) }, new FakeHost());
    await errorOf(aws.ec2("DescribeVpcs", {}));
    expect(asked).toEqual(["http://ec2.test.invalid/"]);
  });
});

describe("calls", () => {
  test("are repeated when AWS says to slow down, as often as the option says", async () => {
    const world = await Ec2World.start();
    world.aws.faults.plan(throttle(), { action: "DescribeVpcs" });
    await (await world.open(new FakeHost(), { "amazonec2-retries": "2" })).ec2("DescribeVpcs", {});
    world.aws.faults.plan(throttle(), { action: "DescribeVpcs" });
    expect((await errorOf((await world.open()).ec2("DescribeVpcs", {}))).code).toBe("EC2_THROTTLED");
  });

  test("are repeated when AWS fails, but not when it has no capacity", async () => {
    const world = await Ec2World.start();
    const aws = await world.open(new FakeHost(), { "amazonec2-retries": "2" });
    world.aws.faults.plan(refuse("InternalError"), { action: "DescribeVpcs" });
    await aws.ec2("DescribeVpcs", {});
    expect(world.count("DescribeVpcs")).toBe(2);
    world.aws.faults.plan(refuse("InsufficientInstanceCapacity"), { action: "RunInstances" });
    expect((await errorOf(aws.ec2("RunInstances", { MinCount: 1, MaxCount: 1 }))).code).toBe("EC2_CAPACITY_MISSING");
    expect(world.count("RunInstances")).toBe(1);
  });

  test("end at once when the host is interrupted", async () => {
    const world = await Ec2World.start();
    world.aws.faults.plan(delay(60_000), { action: "DescribeVpcs" });
    const host = new FakeHost();
    const answer = (await world.open(host)).ec2("DescribeVpcs", {});
    setTimeout(() => host.abort(), 20);
    expect((await errorOf(answer)).code).toBe("OPERATION_ABORTED");
    expect((await errorOf((await world.open(host)).ec2("DescribeVpcs", {}))).code).toBe("OPERATION_ABORTED");
  });

  test("of machines with the same settings go through the same clients, and have the same key", async () => {
    const world = await Ec2World.start();
    const host = new FakeHost();
    const keys = [await world.open(host), await world.open(host), await world.open(host, { "amazonec2-region": "eu-west-1" })].map(
      ({ key }) => key,
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("show nothing of the keys in the log", async () => {
    const world = await Ec2World.start();
    const host = new FakeHost();
    await (await world.open(host)).ec2("DescribeVpcs", {});
    expect(JSON.stringify(host.lines)).not.toContain(world.aws.environment().AWS_SECRET_ACCESS_KEY);
  });
});
