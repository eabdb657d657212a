import { RunInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";

describe("a launch is refused", () => {
  it("when type and image don't fit together, or aren't there", async () => {
    await using world = await AccountWorld.start();
    expect(await world.refused(world.launch({ InstanceType: "t4g.micro" }))).toBe("InvalidParameterValue");
    expect((await world.launch({ InstanceType: "t4g.micro", ImageId: world.image(/24.04-arm64/) })).Architecture).toBe("arm64");
    expect(await world.refused(world.launch({ InstanceType: "t9.micro" as "t3.micro" }))).toBe("InvalidParameterValue");
    expect(await world.refused(world.launch({ ImageId: "ami-0123456789abcdef0" }))).toBe("InvalidAMIID.NotFound");
    expect(await world.refused(world.launch({ ImageId: "ubuntu" }))).toBe("InvalidAMIID.Malformed");
  });

  it("when it names what isn't there", async () => {
    await using world = await AccountWorld.start();
    const refused = (input: Parameters<AccountWorld["launch"]>[0]) => world.refused(world.launch(input));
    expect(await refused({ KeyName: "none" })).toBe("InvalidKeyPair.NotFound");
    expect(await refused({ SecurityGroupIds: ["sg-0123456789abcdef0"] })).toBe("InvalidGroup.NotFound");
    expect(await refused({ SecurityGroupIds: ["mine"] })).toBe("InvalidGroupId.Malformed");
    expect(await refused({ SecurityGroups: ["mine"] })).toBe("InvalidGroup.NotFound");
    expect(await refused({ SubnetId: "subnet-0123456789abcdef0" })).toBe("InvalidSubnetID.NotFound");
    expect(await refused({ Placement: { AvailabilityZone: "us-east-1z" } })).toBe("InvalidParameterValue");
    expect(await refused({ Placement: { GroupName: "none" } })).toBe("InvalidPlacementGroup.Unknown");
    expect(await refused({ IamInstanceProfile: { Name: "none" } })).toBe("InvalidParameterValue");
  });

  it("when parameters exclude each other", async () => {
    await using world = await AccountWorld.start();
    const group = await world.group("mine");
    const SubnetId = (await world.launch()).SubnetId!;
    const refused = (input: Parameters<AccountWorld["launch"]>[0]) => world.refused(world.launch(input));
    const NetworkInterfaces = [{ DeviceIndex: 0, AssociatePublicIpAddress: false }];
    expect(await refused({ NetworkInterfaces, SecurityGroupIds: [group] })).toBe("InvalidParameterCombination");
    expect(await refused({ NetworkInterfaces, SubnetId })).toBe("InvalidParameterCombination");
    expect(await refused({ SecurityGroups: ["mine"], SubnetId })).toBe("InvalidParameterCombination");
    expect(await refused({ InstanceType: "t2.micro", EbsOptimized: true })).toBe("Unsupported");
    expect(await refused({ InstanceType: "m5.large", CreditSpecification: { CpuCredits: "unlimited" } })).toBe(
      "InvalidParameterCombination",
    );
  });

  it("when the group is of another network", async () => {
    await using world = await AccountWorld.start();
    const vpc = world.account.region("us-east-1").addVpc("10.0.0.0/16");
    const group = await world.group("other", { VpcId: vpc.id });
    expect(await world.refused(world.launch({ SecurityGroupIds: [group] }))).toBe("InvalidParameter");
  });

  it("when user data isn't Base64, or is too long", async () => {
    await using world = await AccountWorld.start();
    expect(await world.refused(world.launch({ UserData: "#!/bin/sh" }))).toBe("InvalidUserData.Malformed");
    expect(await world.refused(world.launch({ UserData: Buffer.alloc(16_385).toString("base64") }))).toBe("InvalidParameterValue");
    await world.launch({ UserData: Buffer.alloc(16_384).toString("base64") });
  });

  it("when a volume can't be so", async () => {
    await using world = await AccountWorld.start();
    const refused = (Ebs: object, DeviceName = "/dev/sda1") => world.refused(world.launch({ BlockDeviceMappings: [{ DeviceName, Ebs }] }));
    expect(await refused({ VolumeSize: 4 })).toBe("InvalidBlockDeviceMapping");
    expect(await refused({ VolumeType: "st1", VolumeSize: 20 })).toBe("InvalidParameterValue");
    expect(await refused({ VolumeType: "gp2", Iops: 3000 })).toBe("InvalidParameterCombination");
    expect(await refused({ VolumeType: "io2" })).toBe("MissingParameter");
    expect(await refused({ KmsKeyId: "alias/mine" })).toBe("InvalidParameterDependency");
    expect(await refused({ VolumeType: "gp3" }, "/dev/xvda")).toBe("MissingParameter");
  });

  it("when its tags can't be so", async () => {
    await using world = await AccountWorld.start();
    const refused = (ResourceType: string, Tags: object[]) =>
      world.refused(world.launch({ TagSpecifications: [{ ResourceType: ResourceType as "instance", Tags }] }));
    expect(await refused("instance", [{ Key: "aws:mine", Value: "" }])).toBe("InvalidParameterValue");
    expect(await refused("instance", [{ Key: "a" }, { Key: "a" }])).toBe("InvalidParameterValue");
    expect(
      await refused(
        "instance",
        Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" })),
      ),
    ).toBe("TagLimitExceeded");
    expect(await refused("spot-instances-request", [{ Key: "a" }])).toBe("InvalidParameterValue");
  });

  it("where there is no default VPC, or no subnet in it", async () => {
    await using world = await AccountWorld.start({
      regions: { "us-east-1": { defaultVpc: "none" }, "us-east-2": { defaultVpc: "without-subnets" } },
    });
    expect(await world.refused(world.launch())).toBe("VPCIdNotSpecified");
    expect(await world.refused(world.group("mine"))).toBe("VPCIdNotSpecified");
    const input = world.launchInput({ ImageId: world.image(/debian-12-amd64/, "us-east-2") });
    expect(await world.refused(world.clientIn("us-east-2").send(new RunInstancesCommand(input)))).toBe("MissingInput");
  });

  it("where the zone doesn't offer the type", async () => {
    await using world = await AccountWorld.start();
    expect(await world.refused(world.launch({ Placement: { AvailabilityZone: "us-east-1e" } }))).toBe("Unsupported");
  });

  it("over a limit of vCPUs, and by a subnet without free addresses", async () => {
    await using world = await AccountWorld.start({ limits: { onDemandVcpus: { standard: 2, g: 0 } } });
    expect(await world.refused(world.launch({ InstanceType: "g4dn.xlarge" }))).toBe("VcpuLimitExceeded");
    const { InstanceId = "" } = await world.launched();
    expect(await world.refused(world.launch())).toBe("VcpuLimitExceeded");
    await world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    world.pass(1000);
    const region = world.account.region("us-east-1");
    const full = region.addSubnet(region.addVpc("10.0.0.0/16"), { free: 0 });
    expect(await world.refused(world.launch({ SubnetId: full.id }))).toBe("InsufficientFreeAddressesInSubnet");
    await world.launch();
  });
});

describe("a launch", () => {
  it("is only checked in a dry run", async () => {
    await using world = await AccountWorld.start();
    expect(await world.refused(world.launch({ DryRun: true }))).toBe("DryRunOperation");
    expect(await world.refused(world.launch({ DryRun: true, KeyName: "none" }))).toBe("InvalidKeyPair.NotFound");
    expect(world.account.residue()).toEqual([]);
  });

  it("goes to a zone with capacity, unless it's told which", async () => {
    await using world = await AccountWorld.start({ shortages: [{ zone: "us-east-1a", market: "on-demand" }] });
    expect((await world.launch()).Placement?.AvailabilityZone).toBe("us-east-1b");
    const here = { Placement: { AvailabilityZone: "us-east-1a" } };
    expect(await world.refused(world.launch(here))).toBe("InsufficientInstanceCapacity");
    await world.launch({ ...here, InstanceMarketOptions: { MarketType: "spot" } });
  });

  it("has a public address as its subnet or its interface says", async () => {
    await using world = await AccountWorld.start();
    const region = world.account.region("us-east-1");
    const vpc = region.addVpc("10.0.0.0/16");
    const subnet = region.addSubnet(vpc, { ipv6: "on-request" });
    const without = await world.launched({ SubnetId: subnet.id, Ipv6AddressCount: 1 });
    expect(without).toMatchObject({ PrivateIpAddress: "10.0.0.4", Ipv6Address: expect.stringContaining("2001:db8:") });
    expect(without.PublicIpAddress).toBeUndefined();
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: subnet.id, AssociatePublicIpAddress: true }];
    expect((await world.launched({ NetworkInterfaces })).PublicIpAddress).toBe("203.0.113.4");
    const plain = region.addSubnet(vpc);
    expect(await world.refused(world.launch({ SubnetId: plain.id, Ipv6AddressCount: 1 }))).toBe("InvalidParameterValue");
  });

  it("tags each kind of what it makes with its own tags", async () => {
    await using world = await AccountWorld.start();
    const tags = (ResourceType: "instance" | "volume", Value: string) => ({ ResourceType, Tags: [{ Key: "Name", Value }] });
    const instance = await world.launched({ TagSpecifications: [tags("instance", "one"), tags("volume", "two")] });
    expect(instance.Tags).toEqual([{ Key: "Name", Value: "one" }]);
    const region = world.account.region("us-east-1");
    expect(region.volumes.all().map((volume) => volume.tags.get("Name"))).toEqual(["two"]);
    expect(region.interfaces.all()[0]?.tags.size).toBe(0);
  });
});
