import { once } from "node:events";
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeAccountAttributesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";
import type { HostedInstance, HostRunner } from "./host-runner.ts";

describe("an account", () => {
  it("has a default VPC with a subnet in each zone", async () => {
    await using world = await AccountWorld.start();
    const { AccountAttributes } = await world.client.send(new DescribeAccountAttributesCommand({ AttributeNames: ["default-vpc"] }));
    const id = AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue ?? "";
    const { Vpcs } = await world.client.send(new DescribeVpcsCommand({ VpcIds: [id] }));
    expect(Vpcs).toMatchObject([{ IsDefault: true, CidrBlock: "172.31.0.0/16" }]);
    const { Subnets } = await world.client.send(new DescribeSubnetsCommand({ Filters: [{ Name: "default-for-az", Values: ["true"] }] }));
    expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone?.at(-1)).join("")).toBe("abcdef");
    const { AvailabilityZones } = await world.client.send(new DescribeAvailabilityZonesCommand({ ZoneNames: ["us-east-1b"] }));
    expect(AvailabilityZones).toMatchObject([{ ZoneId: "use1-az2", State: "available" }]);
  });

  it("can't be used in a region that it isn't opted in to", async () => {
    await using world = await AccountWorld.start();
    const { Regions } = await world.client.send(new DescribeRegionsCommand({ AllRegions: true }));
    expect(Regions?.find(({ RegionName }) => RegionName === "ap-east-1")?.OptInStatus).toBe("not-opted-in");
    expect(await world.refused(world.clientIn("ap-east-1").send(new DescribeVpcsCommand({})))).toBe("AuthFailure");
  });

  it("has other things with other ids in each region", async () => {
    await using world = await AccountWorld.start();
    const input = world.launchInput();
    expect(await world.refused(world.clientIn("eu-west-1").send(new RunInstancesCommand(input)))).toBe("InvalidAMIID.NotFound");
    const name = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
    expect(world.account.parameters("us-east-1")[name]).toBe(input.ImageId);
    expect(world.account.parameters("eu-west-1")[name]).not.toBe(input.ImageId);
  });

  it("counts what was made, and nothing else", async () => {
    await using world = await AccountWorld.start();
    expect(world.account.residue()).toEqual([]);
    await world.importKey("mine");
    await world.group("mine");
    await world.launched({ TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "one" }] }] });
    expect(world.account.residue()).toEqual([
      expect.stringMatching(/^us-east-1: instance i-[\da-f]{17} "one" \(running\)$/),
      expect.stringMatching(/key pair key-[\da-f]{17} "mine"$/),
      expect.stringMatching(/security group sg-[\da-f]{17} "mine"$/),
      expect.stringMatching(/volume vol-/),
      expect.stringMatching(/network interface eni-/),
    ]);
  });
});

describe("descriptions", () => {
  it("are filtered by tags and attributes, with wildcards", async () => {
    await using world = await AccountWorld.start();
    const tagged = (Value: string) => world.launch({ TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value }] }] });
    const one = await tagged("web-1");
    await tagged("db-1");
    const found = async (Name: string, ...Values: string[]) => {
      const { Reservations } = await world.client.send(new DescribeInstancesCommand({ Filters: [{ Name, Values }] }));
      return (Reservations ?? []).map(({ Instances }) => Instances?.[0]?.InstanceId);
    };
    expect(await found("tag:Name", "web-*")).toEqual([one.InstanceId]);
    expect(await found("tag:Name", "web-?", "db-1")).toHaveLength(2);
    expect(await found("tag-key", "name")).toEqual([]);
    expect(await found("instance-state-name", "running")).toEqual([]);
    expect(await world.refused(found("no-such-filter", "a"))).toBe("InvalidParameterValue");
  });

  it("come in pages as long as asked for", async () => {
    await using world = await AccountWorld.start({ pageSize: 6 });
    for (let count = 0; count < 7; count += 1) await world.launch();
    const first = await world.client.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    expect(first.Reservations).toHaveLength(5);
    const second = await world.client.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: first.NextToken }));
    expect(second.Reservations).toHaveLength(2);
    expect(second.NextToken).toBeUndefined();
    expect((await world.client.send(new DescribeInstancesCommand({}))).NextToken).toBeDefined();
    expect(await world.refused(world.client.send(new DescribeInstancesCommand({ NextToken: "mine" })))).toBe("InvalidPaginationToken");
    const both = new DescribeInstancesCommand({ MaxResults: 5, InstanceIds: ["i-0123456789abcdef0"] });
    expect(await world.refused(world.client.send(both))).toBe("InvalidParameterCombination");
  });

  it("tell what types and images there are", async () => {
    await using world = await AccountWorld.start();
    const types = (...names: string[]) => world.client.send(new DescribeInstanceTypesCommand({ InstanceTypes: names as "t3.micro"[] }));
    expect((await types("t4g.micro")).InstanceTypes).toMatchObject([{ ProcessorInfo: { SupportedArchitectures: ["arm64"] } }]);
    expect(await world.refused(types("t3.micro", "t9.micro"))).toBe("InvalidInstanceType");
    const offerings = new DescribeInstanceTypeOfferingsCommand({
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: ["t3.micro"] }],
    });
    const { InstanceTypeOfferings } = await world.client.send(offerings);
    expect(InstanceTypeOfferings?.map(({ Location }) => Location?.at(-1)).join("")).toBe("abcdf");
    const own = new DescribeImagesCommand({ Owners: ["amazon"], Filters: [{ Name: "architecture", Values: ["arm64"] }] });
    expect((await world.client.send(own)).Images).toMatchObject([{ RootDeviceName: "/dev/xvda", ImdsSupport: "v2.0" }]);
    const prices = new DescribeSpotPriceHistoryCommand({ InstanceTypes: ["t3.micro"], AvailabilityZone: "us-east-1a" });
    expect((await world.client.send(prices)).SpotPriceHistory).toMatchObject([{ SpotPrice: "0.0031" }]);
  });

  it("tell of running instances' checks, and of their interfaces", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launch();
    const status = (more: object) => world.client.send(new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId], ...more }));
    expect((await status({})).InstanceStatuses ?? []).toEqual([]);
    expect((await status({ IncludeAllInstances: true })).InstanceStatuses).toMatchObject([{ InstanceState: { Name: "pending" } }]);
    world.pass(1000);
    expect((await status({})).InstanceStatuses).toMatchObject([{ InstanceStatus: { Status: "ok" } }]);
    const Filters = [{ Name: "attachment.instance-id", Values: [InstanceId] }];
    expect((await world.client.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces).toMatchObject([
      { Status: "in-use" },
    ]);
  });
});

describe("tags", () => {
  it("are added and taken away later, too", async () => {
    await using world = await AccountWorld.start();
    const group = await world.group("mine");
    const tag = (id: string, Key: string) => world.client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value: "1" }] }));
    await tag(group, "a");
    await tag(group, "b");
    await world.client.send(new DeleteTagsCommand({ Resources: [group], Tags: [{ Key: "a" }, { Key: "b", Value: "2" }] }));
    const { Tags } = await world.client.send(new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [group] }] }));
    expect(Tags).toEqual([{ Key: "b", Value: "1", ResourceId: group, ResourceType: "security-group" }]);
    expect(await world.refused(tag("thing-1", "a"))).toBe("InvalidID");
    expect(await world.refused(tag("i-0123456789abcdef0", "a"))).toBe("InvalidInstanceID.NotFound");
    expect(await world.refused(tag(group, "aws:a"))).toBe("InvalidParameterValue");
  });
});

describe("real hosts", () => {
  /** Tells what it was asked for, and fails as it's told. */
  class TestHosts implements HostRunner {
    readonly asked: string[] = [];
    failure: Error | undefined;
    endless = false;
    userData = "";

    async start(instance: HostedInstance): Promise<{ address: string; privateAddress: string }> {
      this.asked.push("start");
      this.userData = instance.userData?.toString() ?? "";
      if (this.failure !== undefined) throw this.failure;
      if (this.endless) await once(instance.signal, "abort").then(() => Promise.reject(new Error("cut short")));
      return { address: `127.0.0.${this.asked.length}`, privateAddress: "10.1.2.3" };
    }

    async stop(): Promise<void> {
      this.asked.push("stop");
    }

    async terminate(): Promise<void> {
      this.asked.push("terminate");
    }
  }

  it("give instances their addresses, and are told of all that happens to them", async () => {
    const hosts = new TestHosts();
    await using world = await AccountWorld.start({ hosts });
    const launched = await world.launched({ UserData: Buffer.from("#!/bin/sh").toString("base64") });
    expect(launched).toMatchObject({ State: { Name: "running" }, PublicIpAddress: "127.0.0.1", PrivateIpAddress: "10.1.2.3" });
    expect(hosts.userData).toBe("#!/bin/sh");
    world.account.crash(launched.InstanceId!);
    await world.account.idle();
    world.pass(1000);
    expect((await world.instance(launched.InstanceId!)).State?.Name).toBe("terminated");
    expect(hosts.asked).toEqual(["start", "terminate"]);
  });

  it("are told to give up a start when the instance is terminated", async () => {
    const hosts = new TestHosts();
    hosts.endless = true;
    await using world = await AccountWorld.start({ hosts });
    const { InstanceId = "" } = await world.launched();
    expect((await world.instance(InstanceId)).State?.Name).toBe("pending");
    world.account.crash(InstanceId);
    await world.account.idle();
    world.pass(1000);
    expect((await world.instance(InstanceId)).State?.Name).toBe("terminated");
    expect(world.account.hostErrors).toEqual([]);
    expect(hosts.asked).toEqual(["start", "terminate"]);
  });

  it("make an instance that they can't start end", async () => {
    const hosts = new TestHosts();
    hosts.failure = new Error("no space left");
    await using world = await AccountWorld.start({ hosts });
    const { InstanceId = "" } = await world.launch();
    await world.account.idle();
    world.pass(1000);
    expect(await world.instance(InstanceId)).toMatchObject({
      State: { Name: "terminated" },
      StateReason: { Code: "Server.InternalError" },
    });
    expect(world.account.hostErrors).toEqual([hosts.failure]);
    expect(hosts.asked).toEqual(["start", "terminate"]);
  });
});
