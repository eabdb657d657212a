import {
  CreateFleetCommand,
  type CreateFleetCommandInput,
  CreateLaunchTemplateCommand,
  DeleteFleetsCommand,
  DeleteLaunchTemplateCommand,
  DescribeFleetsCommand,
  DescribeLaunchTemplatesCommand,
  type FleetLaunchTemplateOverridesRequest,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";

async function template(world: AccountWorld, more: object = {}): Promise<string> {
  const LaunchTemplateData = { ImageId: world.image(), InstanceType: "t3.micro", ...more } as const;
  const command = new CreateLaunchTemplateCommand({ LaunchTemplateName: "mine", LaunchTemplateData });
  return (await world.client.send(command)).LaunchTemplate?.LaunchTemplateId ?? "";
}

function fleet(
  LaunchTemplateId: string,
  Overrides: FleetLaunchTemplateOverridesRequest[],
  more: Partial<CreateFleetCommandInput> = {},
): CreateFleetCommand {
  return new CreateFleetCommand({
    Type: "instant",
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
    SpotOptions: { AllocationStrategy: "capacity-optimized-prioritized" },
    LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId, Version: "$Latest" }, Overrides }],
    ...more,
  });
}

describe("an instant fleet", () => {
  it("launches from the first pool that has capacity, and tells of those that have none", async () => {
    await using world = await AccountWorld.start({ shortages: [{ instanceType: "t3.micro", market: "spot" }] });
    const overrides: FleetLaunchTemplateOverridesRequest[] = [
      { InstanceType: "t3.small", Priority: 2 },
      { InstanceType: "t3.micro", Priority: 1 },
    ];
    const tags = [{ ResourceType: "instance" as const, Tags: [{ Key: "mine", Value: "yes" }] }];
    const output = await world.client.send(fleet(await template(world), overrides, { TagSpecifications: tags }));
    expect(output.Errors).toMatchObject([{ ErrorCode: "InsufficientInstanceCapacity", Lifecycle: "spot" }]);
    expect(output.Instances).toMatchObject([{ InstanceType: "t3.small", Lifecycle: "spot", InstanceIds: [expect.stringMatching(/^i-/)] }]);
    const instance = await world.instance(output.Instances?.[0]?.InstanceIds?.[0] ?? "");
    expect(instance).toMatchObject({ InstanceLifecycle: "spot", Tags: [{ Key: "mine", Value: "yes" }] });
    const { Fleets } = await world.client.send(new DescribeFleetsCommand({ FleetIds: [output.FleetId!] }));
    expect(Fleets).toMatchObject([{ Type: "instant", FulfilledCapacity: 1, FleetState: "active" }]);
    expect((await world.client.send(new DescribeFleetsCommand({}))).Fleets ?? []).toEqual([]);
  });

  it("stays when it could launch nothing, until it's deleted", async () => {
    await using world = await AccountWorld.start({ shortages: [{}] });
    const id = await template(world);
    const output = await world.client.send(fleet(id, [{}]));
    expect(output.Instances ?? []).toEqual([]);
    expect(world.account.residue()).toHaveLength(2);
    await world.client.send(new DeleteFleetsCommand({ FleetIds: [output.FleetId!], TerminateInstances: true }));
    await world.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
    expect(world.account.residue()).toEqual([]);
  });

  it("takes its instances with it when it's deleted, whatever it's told", async () => {
    await using world = await AccountWorld.start();
    const { FleetId = "", Instances } = await world.client.send(fleet(await template(world), [{}]));
    world.pass(1000);
    const remove = (id: string) => world.client.send(new DeleteFleetsCommand({ FleetIds: [id], TerminateInstances: false }));
    expect((await remove(FleetId)).SuccessfulFleetDeletions).toMatchObject([{ CurrentFleetState: "deleted_terminating" }]);
    expect((await world.instance(Instances?.[0]?.InstanceIds?.[0] ?? "")).State?.Name).toBe("shutting-down");
    expect((await remove(FleetId)).UnsuccessfulFleetDeletions).toMatchObject([{ Error: { Code: "fleetNotInDeletableState" } }]);
    const unknown = await remove("fleet-00000000-0000-0000-0000-000000000000");
    expect(unknown.UnsuccessfulFleetDeletions).toMatchObject([{ Error: { Code: "fleetIdDoesNotExist" } }]);
  });

  it("is made once for a client token", async () => {
    await using world = await AccountWorld.start();
    const id = await template(world);
    const token = { ClientToken: "token-1" };
    const first = await world.client.send(fleet(id, [{}], token));
    const second = await world.client.send(fleet(id, [{}], token));
    expect(second).toMatchObject({ FleetId: first.FleetId, Instances: first.Instances });
    expect(await world.refused(world.client.send(fleet(id, [{ InstanceType: "t3.small" }], token)))).toBe("IdempotentParameterMismatch");
  });

  it("puts the subnet of a pool into the template's network interface", async () => {
    await using world = await AccountWorld.start();
    const region = world.account.region("us-east-1");
    const subnet = region.addSubnet(region.addVpc("10.0.0.0/16"));
    const NetworkInterfaces = [{ DeviceIndex: 0, AssociatePublicIpAddress: true }];
    const { Instances } = await world.client.send(fleet(await template(world, { NetworkInterfaces }), [{ SubnetId: subnet.id }]));
    expect((await world.instance(Instances?.[0]?.InstanceIds?.[0] ?? "")).SubnetId).toBe(subnet.id);
  });
});

describe("a launch template", () => {
  it("has a name of its own, and fills in what a launch doesn't say", async () => {
    await using world = await AccountWorld.start();
    const id = await template(world, { EbsOptimized: true });
    expect(await world.refused(template(world))).toBe("InvalidLaunchTemplateName.AlreadyExistsException");
    const launch = new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      InstanceType: "t3.small",
      LaunchTemplate: { LaunchTemplateName: "mine" },
    });
    expect((await world.client.send(launch)).Instances).toMatchObject([{ InstanceType: "t3.small", EbsOptimized: true }]);
    await world.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
    const gone = new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ["mine"] });
    expect(await world.refused(world.client.send(gone))).toBe("InvalidLaunchTemplateName.NotFoundException");
  });
});
