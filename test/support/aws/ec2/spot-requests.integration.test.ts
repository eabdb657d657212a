import {
  CancelSpotInstanceRequestsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type InstanceMarketOptionsRequest,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";

const oneTime: InstanceMarketOptionsRequest = { MarketType: "spot" };
const persistent: InstanceMarketOptionsRequest = {
  MarketType: "spot",
  SpotOptions: { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" },
};

async function requestOf(world: AccountWorld) {
  const { SpotInstanceRequests } = await world.client.send(new DescribeSpotInstanceRequestsCommand({}));
  return SpotInstanceRequests?.[0] ?? {};
}

const cancel = (world: AccountWorld, id: string) =>
  world.client.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));

describe("a one-time spot request", () => {
  it("is tagged at launch, and closed when its instance is terminated", async () => {
    await using world = await AccountWorld.start();
    const Tags = [{ Key: "mine", Value: "yes" }];
    const instance = await world.launched({
      InstanceMarketOptions: oneTime,
      TagSpecifications: [{ ResourceType: "spot-instances-request", Tags }],
    });
    expect(instance.InstanceLifecycle).toBe("spot");
    expect(await requestOf(world)).toMatchObject({ InstanceId: instance.InstanceId, State: "active", Type: "one-time", Tags });
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [instance.InstanceId!] }));
    world.pass(1000);
    expect(await requestOf(world)).toMatchObject({ State: "closed", Status: { Code: "instance-terminated-by-user" } });
    expect(world.account.residue()).toEqual([]);
  });

  it("has an instance that can't be stopped", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ InstanceMarketOptions: oneTime });
    expect(await world.refused(world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] })))).toBe("UnsupportedOperation");
  });

  it("loses its instance to an interruption", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ InstanceMarketOptions: oneTime });
    world.account.interruptSpot(InstanceId);
    world.pass(1000);
    expect(await world.instance(InstanceId)).toMatchObject({
      State: { Name: "terminated" },
      StateReason: { Code: "Server.SpotInstanceTermination" },
    });
    expect(await requestOf(world)).toMatchObject({ State: "closed", Status: { Code: "instance-terminated-no-capacity" } });
  });
});

describe("a persistent spot request", () => {
  it("launches another instance when its own is terminated before it's cancelled", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ InstanceMarketOptions: persistent });
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    world.pass(1000);
    const running = new DescribeInstancesCommand({ Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] });
    const { Reservations } = await world.client.send(running);
    const second = Reservations?.[0]?.Instances?.[0]?.InstanceId ?? "";
    expect(second).not.toBe(InstanceId);
    await cancel(world, (await requestOf(world)).SpotInstanceRequestId!);
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [second] }));
    world.pass(1000);
    expect(world.account.residue()).toEqual([]);
  });

  it("is disabled while its instance is stopped by the user", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ InstanceMarketOptions: persistent });
    await world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    world.pass(1000);
    expect((await requestOf(world)).State).toBe("disabled");
    await world.client.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
    expect((await requestOf(world)).State).toBe("active");
  });

  it("takes its stopped instance with it when it's cancelled, but not a running one", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId: first = "", SpotInstanceRequestId = "" } = await world.launched({ InstanceMarketOptions: persistent });
    await cancel(world, SpotInstanceRequestId);
    expect((await world.instance(first)).State?.Name).toBe("running");
    const second = await world.launched({ InstanceMarketOptions: persistent });
    await world.client.send(new StopInstancesCommand({ InstanceIds: [second.InstanceId!] }));
    world.pass(1000);
    await cancel(world, second.SpotInstanceRequestId!);
    expect((await world.instance(second.InstanceId!)).State?.Name).toBe("terminated");
  });

  it("has its instance stopped by an interruption, and only AWS starts it again", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ InstanceMarketOptions: persistent });
    world.account.interruptSpot(InstanceId);
    world.pass(1000);
    expect((await world.instance(InstanceId)).State?.Name).toBe("stopped");
    const start = new StartInstancesCommand({ InstanceIds: [InstanceId] });
    expect(await world.refused(world.client.send(start))).toBe("IncorrectSpotRequestState");
    world.account.resumeSpot(InstanceId);
    world.pass(1000);
    expect((await world.instance(InstanceId)).State?.Name).toBe("running");
  });
});

describe("a spot launch is refused", () => {
  it("for less than the price, without capacity, and over the limit", async () => {
    await using world = await AccountWorld.start({
      shortages: [{ instanceType: "t3.small", market: "spot" }],
      limits: { spotVcpus: { standard: 2, g: 0 } },
    });
    const priced = (MaxPrice: string) => ({ InstanceMarketOptions: { ...oneTime, SpotOptions: { MaxPrice } } });
    expect(await world.refused(world.launch(priced("0.001")))).toBe("SpotMaxPriceTooLow");
    expect(await world.refused(world.launch(priced("cheap")))).toBe("InvalidParameterValue");
    const small = { InstanceType: "t3.small", InstanceMarketOptions: oneTime } as const;
    expect(await world.refused(world.launch(small))).toBe("InsufficientInstanceCapacity");
    await world.launch(priced("0.01"));
    expect(await world.refused(world.launch(priced("0.01")))).toBe("MaxSpotInstanceCountExceeded");
    expect(world.account.residue()).toHaveLength(4);
  });

  it("for options that don't fit together", async () => {
    await using world = await AccountWorld.start();
    const refused = (SpotOptions: NonNullable<InstanceMarketOptionsRequest["SpotOptions"]>) =>
      world.refused(world.launch({ InstanceMarketOptions: { MarketType: "spot", SpotOptions } }));
    expect(await refused({ SpotInstanceType: "persistent" })).toBe("InvalidParameterCombination");
    expect(await refused({ InstanceInterruptionBehavior: "stop" })).toBe("InvalidParameterCombination");
    expect(await refused({ ValidUntil: new Date("2027-01-01T00:00:00Z") })).toBe("InvalidParameterCombination");
    expect(await refused({ BlockDurationMinutes: 60 })).toBe("UnsupportedOperation");
  });

  it("but a cancellation by a wrong id is, too", async () => {
    await using world = await AccountWorld.start();
    expect(await world.refused(cancel(world, "sir-00000000"))).toBe("InvalidSpotInstanceRequestID.NotFound");
    expect(await world.refused(cancel(world, "request"))).toBe("InvalidSpotInstanceRequestID.Malformed");
  });
});
