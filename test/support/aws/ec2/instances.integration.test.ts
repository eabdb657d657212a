import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  ModifyInstanceMetadataOptionsCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";

const stop = (id: string, more = {}) => new StopInstancesCommand({ InstanceIds: [id], ...more });
const start = (id: string) => new StartInstancesCommand({ InstanceIds: [id] });
const terminate = (id: string) => new TerminateInstancesCommand({ InstanceIds: [id] });

describe("an instance", () => {
  it("is pending without a public address, then running with one", async () => {
    await using world = await AccountWorld.start();
    const launched = await world.launch();
    expect(launched).toMatchObject({
      State: { Name: "pending", Code: 0 },
      PublicDnsName: "",
      PrivateIpAddress: expect.stringMatching(/^172\.31\./),
    });
    expect(launched.PublicIpAddress).toBeUndefined();
    world.pass(1000);
    const running = await world.instance(launched.InstanceId!);
    expect(running).toMatchObject({
      State: { Name: "running", Code: 16 },
      PublicIpAddress: "203.0.113.4",
      PublicDnsName: "ec2-203-0-113-4.compute-1.amazonaws.com",
      Placement: { AvailabilityZone: "us-east-1a", Tenancy: "default" },
      MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 1 },
    });
  });

  it("gives its public address back when it stops, and gets another one when it starts", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "", PrivateIpAddress, PublicIpAddress } = await world.launched();
    const { StoppingInstances } = await world.client.send(stop(InstanceId));
    expect(StoppingInstances).toMatchObject([{ PreviousState: { Name: "running" }, CurrentState: { Name: "stopping" } }]);
    world.pass(1000);
    const stopped = await world.instance(InstanceId);
    expect(stopped).toMatchObject({ State: { Name: "stopped" }, PrivateIpAddress, StateReason: { Code: "Client.UserInitiatedShutdown" } });
    expect(stopped.PublicIpAddress).toBeUndefined();
    await world.client.send(start(InstanceId));
    world.pass(1000);
    const again = await world.instance(InstanceId);
    expect(again).toMatchObject({ State: { Name: "running" }, PrivateIpAddress });
    expect(again.PublicIpAddress).not.toBe(PublicIpAddress);
  });

  it("goes through shutting-down, is described as terminated for an hour, and then is unknown", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched();
    const { TerminatingInstances } = await world.client.send(terminate(InstanceId));
    expect(TerminatingInstances?.[0]?.CurrentState?.Name).toBe("shutting-down");
    world.pass(1000);
    const terminated = await world.instance(InstanceId);
    expect(terminated.State?.Name).toBe("terminated");
    expect(terminated.VpcId).toBeUndefined();
    expect(world.account.residue()).toEqual([]);
    await world.client.send(terminate(InstanceId));
    world.pass(3_600_000);
    expect(await world.refused(world.client.send(terminate(InstanceId)))).toBe("InvalidInstanceID.NotFound");
  });

  it("can't do what its state doesn't allow", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launch();
    expect(await world.refused(world.client.send(stop(InstanceId)))).toBe("IncorrectInstanceState");
    await world.client.send(start(InstanceId));
    world.pass(1000);
    await world.client.send(terminate(InstanceId));
    expect(await world.refused(world.client.send(start(InstanceId)))).toBe("IncorrectInstanceState");
    world.pass(1000);
    expect(await world.refused(world.client.send(start(InstanceId)))).toBe("IncorrectInstanceState");
    expect(await world.refused(world.client.send(stop(InstanceId)))).toBe("IncorrectInstanceState");
    expect(await world.refused(world.client.send(new RebootInstancesCommand({ InstanceIds: [InstanceId] })))).toBe(
      "IncorrectInstanceState",
    );
  });

  it("is told by a wrong id from one that can't be an id, and nothing is done to the others", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched();
    const both = (id: string) => world.refused(world.client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId, id] })));
    expect(await both("i-0123456789abcdef0")).toBe("InvalidInstanceID.NotFound");
    expect(await both("i-nothing")).toBe("InvalidInstanceID.Malformed");
    expect((await world.instance(InstanceId)).State?.Name).toBe("running");
  });

  it("hibernates only if it was launched for it", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId: plain = "" } = await world.launched();
    expect(await world.refused(world.client.send(stop(plain, { Hibernate: true })))).toBe("UnsupportedHibernationConfiguration");
    const HibernationOptions = { Configured: true };
    expect(await world.refused(world.launch({ HibernationOptions }))).toBe("UnsupportedHibernationConfiguration");
    const BlockDeviceMappings = [{ DeviceName: "/dev/sda1", Ebs: { Encrypted: true, VolumeSize: 16 } }];
    const { InstanceId = "" } = await world.launched({ HibernationOptions, BlockDeviceMappings });
    await world.client.send(stop(InstanceId, { Hibernate: true }));
    world.pass(1000);
    expect(await world.instance(InstanceId)).toMatchObject({
      State: { Name: "stopped" },
      StateReason: { Code: "Client.UserInitiatedHibernate" },
    });
  });

  it("is protected from termination where it was launched so", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({ DisableApiTermination: true });
    expect(await world.refused(world.client.send(terminate(InstanceId)))).toBe("OperationNotPermitted");
  });

  it("takes new metadata options", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched();
    await world.client.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: "required", HttpPutResponseHopLimit: 2 }));
    expect((await world.instance(InstanceId)).MetadataOptions).toMatchObject({ HttpTokens: "required", HttpPutResponseHopLimit: 2 });
    const wrong = new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpPutResponseHopLimit: 65 });
    expect(await world.refused(world.client.send(wrong))).toBe("InvalidParameterValue");
  });

  it("takes its volumes with it, but for those that are to stay", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched({
      BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 5, DeleteOnTermination: false } }],
    });
    expect((await world.client.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(2);
    await world.client.send(terminate(InstanceId));
    world.pass(1000);
    expect(world.account.residue()).toEqual([expect.stringMatching(/^us-east-1: volume vol-/)]);
  });

  it("may end by itself, or fail while it's launched", async () => {
    await using world = await AccountWorld.start();
    const { InstanceId = "" } = await world.launched();
    world.account.crash(InstanceId);
    expect((await world.instance(InstanceId)).State?.Name).toBe("shutting-down");
    world.account.failingLaunches.push("Server.InternalError");
    const failed = await world.launched();
    expect(failed).toMatchObject({ State: { Name: "terminated" }, StateReason: { Code: "Server.InternalError" } });
    expect(world.account.residue()).toEqual([]);
  });

  it("stops when it's powered off from inside, unless it was launched to end then", async () => {
    await using world = await AccountWorld.start();
    const state = async (input: Parameters<AccountWorld["launch"]>[0]) => {
      const { InstanceId = "" } = await world.launched(input);
      world.account.powerOff(InstanceId);
      world.pass(1000);
      return (await world.instance(InstanceId)).State?.Name;
    };
    expect(await state({})).toBe("stopped");
    expect(await state({ InstanceInitiatedShutdownBehavior: "terminate" })).toBe("terminated");
    expect(await state({ InstanceMarketOptions: { MarketType: "spot" } })).toBe("terminated");
  });

  it("is terminated while pending when its KMS key isn't there", async () => {
    await using world = await AccountWorld.start();
    const Ebs = { Encrypted: true, KmsKeyId: "alias/unknown" };
    const failed = await world.launched({ BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs }] });
    expect(failed).toMatchObject({ State: { Name: "terminated" }, StateReason: { Code: "Client.InternalError" } });
  });
});

describe("a client token", () => {
  it("makes the same request launch once", async () => {
    await using world = await AccountWorld.start();
    const input = world.launchInput({ ClientToken: "token-1" });
    const first = await world.client.send(new RunInstancesCommand(input));
    world.pass(1000);
    const second = await world.client.send(new RunInstancesCommand(input));
    expect(second.ReservationId).toBe(first.ReservationId);
    expect(second.Instances).toMatchObject([{ InstanceId: first.Instances?.[0]?.InstanceId, State: { Name: "running" } }]);
    const other = world.client.send(new RunInstancesCommand({ ...input, InstanceType: "t3.small" }));
    expect(await world.refused(other)).toBe("IdempotentParameterMismatch");
  });

  it("isn't used up by a launch that failed, and isn't good for one that was terminated", async () => {
    await using world = await AccountWorld.start({ shortages: [{}] });
    const input = world.launchInput({ ClientToken: "token-1" });
    expect(await world.refused(world.client.send(new RunInstancesCommand(input)))).toBe("InsufficientInstanceCapacity");
    world.account.shortages = [];
    const { Instances } = await world.client.send(new RunInstancesCommand(input));
    await world.client.send(terminate(Instances?.[0]?.InstanceId ?? ""));
    expect(await world.refused(world.client.send(new RunInstancesCommand(input)))).toBe("IdempotentInstanceTerminated");
  });
});

describe("eventual consistency", () => {
  it("hides a new instance from some reads, by id and in lists", async () => {
    await using world = await AccountWorld.start({ consistency: { hiddenReads: 2 } });
    const { InstanceId = "" } = await world.launch();
    expect(await world.refused(world.instance(InstanceId))).toBe("InvalidInstanceID.NotFound");
    expect((await world.client.send(new DescribeInstancesCommand({}))).Reservations ?? []).toEqual([]);
    expect((await world.instance(InstanceId)).State?.Name).toBe("pending");
  });

  it("hides a new instance from writes", async () => {
    await using world = await AccountWorld.start({ consistency: { hiddenWrites: 1 } });
    const { InstanceId = "" } = await world.launch();
    expect(await world.refused(world.client.send(terminate(InstanceId)))).toBe("InvalidInstanceID.NotFound");
    await world.client.send(terminate(InstanceId));
  });

  it("shows what was before a change for some reads", async () => {
    await using world = await AccountWorld.start({ consistency: { staleReads: 1 } });
    const { InstanceId = "" } = await world.launched();
    expect((await world.instance(InstanceId)).State?.Name).toBe("running");
    await world.client.send(stop(InstanceId));
    expect((await world.instance(InstanceId)).State?.Name).toBe("running");
    expect((await world.instance(InstanceId)).State?.Name).toBe("stopping");
  });
});
