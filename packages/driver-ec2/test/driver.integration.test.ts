import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { expect, test } from "vitest";
import ec2 from "../src/index.js";
import { Ec2World, optionsOf } from "./support/ec2-world.js";

const run = promisify(execFile);

test("a machine that the Go program made is looked at, stopped, started and removed with what it saved", async () => {
  const world = await Ec2World.start();
  const { AWS_ACCESS_KEY_ID: AccessKey = "", AWS_SECRET_ACCESS_KEY: SecretKey = "" } = world.aws.environment();
  const state = {
    IPAddress: "203.0.113.250",
    MachineName: "old",
    SSHUser: "ubuntu",
    SSHPort: 22,
    SSHKeyPath: "/nowhere/id_rsa",
    StorePath: "/nowhere",
    Id: "0123456789abcdef0123456789abcdef",
    AccessKey,
    SecretKey,
    SessionToken: "",
    Region: "us-east-1",
    AMI: "ami-c60b90d1",
    SSHKeyID: 0,
    ExistingKey: false,
    KeyName: "old-XXXX",
    InstanceId: await world.launch(),
    InstanceType: "t2.micro",
    PrivateIPAddress: "",
    SecurityGroupId: "",
    SecurityGroupIds: [],
    SecurityGroupName: "",
    SecurityGroupNames: ["docker-machine"],
    Tags: "",
    DeviceName: "/dev/sda1",
    RootSize: 16,
    VolumeType: "gp2",
    VpcId: "vpc-0123456789abcdef0",
    SubnetId: "subnet-0123456789abcdef0",
    Zone: "a",
    RequestSpotInstance: false,
    SpotPrice: "0.50",
    PrivateIPOnly: false,
    UsePrivateIP: false,
    RetryCount: 5,
    Endpoint: world.aws.url,
    DisableSSL: false,
    UserDataFile: "",
  };
  const machine = new FakeMachine({ name: "old", options: optionsOf(), directory: "/nowhere", state });
  const host = new FakeHost();
  const driver = ec2.createDriver(machine, host);
  await driver.start?.();
  expect(await driver.status()).toBe("Running");
  expect(await driver.address()).not.toBe("203.0.113.250");
  await driver.stop?.();
  expect(await driver.status()).toBe("Stopped");
  await driver.remove();
  expect(await driver.status()).toBe("NotFound");
  expect(world.account.residue()).toEqual([]);
  expect(world.aws.violations).toEqual([]);
});

test("the driver is loaded, and tells an address, without AWS's SDK", async () => {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { default: ec2 } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    const { resolveOptions } = await import("@docker-machine/driver-sdk");
    const options = resolveOptions(ec2.options, {});
    ec2.checkOptions(options);
    await ec2.createDriver({ name: "dev", directory: "/nowhere", options, state: { IPAddress: "203.0.113.7" } }, {}).url();
    console.log(JSON.stringify(loaded.filter((url) => /aws-sdk|smithy/.test(url))));
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: new URL(".", import.meta.url) });
  expect(JSON.parse(stdout)).toEqual([]);
});
