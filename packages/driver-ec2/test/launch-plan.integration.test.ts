import { expect, test } from "vitest";
import { errorOf } from "./support/error-of.ts";
import { LaunchScene } from "./support/launch-scene.ts";

test("Each architecture gets its own image", async () => {
  const scene = await LaunchScene.start();
  const { types } = await scene.plan({ "instance-type": ["t3.micro", "t4g.micro", "t3a.micro"] });
  expect(types.map(({ image }) => image.architecture)).toEqual(["x86_64", "arm64", "x86_64"]);
  expect(types[0]?.image.id).toBe(types[2]?.image.id);
  expect(types[0]?.image.id).not.toBe(types[1]?.image.id);
});

test.each([
  ["ubuntu-22.04", "ubuntu", "/dev/sda1"],
  ["ubuntu-26.04", "ubuntu", "/dev/sda1"],
  ["debian-13", "admin", "/dev/xvda"],
  ["amazon-linux-2023", "ec2-user", "/dev/xvda"],
])("The image %s lets %s log in, and has its root volume at %s", async (image, sshUser, rootDevice) => {
  const scene = await LaunchScene.start();
  const { types } = await scene.plan({ image, "instance-type": ["m7g.large"] });
  expect(types[0]?.image).toMatchObject({ sshUser, rootDevice, architecture: "arm64" });
});

test("An image of one's own is checked, and tells its user by who published it", async () => {
  const scene = await LaunchScene.start();
  const [debian] = (await scene.plan({ image: "debian-12" })).types;
  const ami = debian?.image.id ?? "";
  expect((await scene.plan({ ami })).types[0]?.image).toMatchObject({ sshUser: "admin", id: ami });
  expect((await scene.plan({ ami, "ssh-user": "me" })).types[0]?.image.sshUser).toBe("me");
  const error = await errorOf(scene.plan({ ami, "instance-type": ["t4g.micro"] }));
  expect(error.code).toBe("EC2_IMAGE_UNFIT");
  expect(error.message).toContain("x86_64");
  expect((await errorOf(scene.plan({ ami: "ami-0123456789abcdef0" }))).code).toBe("EC2_IMAGE_MISSING");
});

test("A type that doesn't exist, or can't hibernate, is said", async () => {
  const scene = await LaunchScene.start();
  expect((await errorOf(scene.plan({ "instance-type": ["t9.huge"] }))).code).toBe("EC2_INSTANCE_TYPE_UNKNOWN");
  expect((await errorOf(scene.plan({ "instance-type": ["t4g.micro"], hibernate: true }))).code).toBe("EC2_HIBERNATION_UNSUPPORTED");
});

test("All zones of the default VPC are there to be tried, or the one that is wished", async () => {
  const scene = await LaunchScene.start();
  const zones = async (zone: string) => (await scene.plan({ zone })).subnets.map((subnet) => subnet.zone);
  expect(await zones("")).toEqual(["a", "b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`));
  expect(await zones("b")).toEqual(["us-east-1b"]);
  expect(await zones("us-east-1c")).toEqual(["us-east-1c"]);
  expect((await errorOf(zones("q"))).code).toBe("EC2_SUBNET_MISSING");
});

test("Subnets that are named are tried in their order, and must be in one VPC", async () => {
  const scene = await LaunchScene.start();
  const { subnets, vpcId } = await scene.plan();
  const ids = subnets.map(({ id }) => id).reverse();
  expect((await scene.plan({ "subnet-id": ids })).subnets.map(({ id }) => id)).toEqual(ids);
  expect((await scene.plan({ "subnet-id": ids, "vpc-id": vpcId })).vpcId).toBe(vpcId);
  expect((await errorOf(scene.plan({ "subnet-id": ids, "vpc-id": "vpc-0123456789abcdef0" }))).code).toBe("EC2_SUBNET_UNFIT");
});

test("A region without a default VPC wants one to be named", async () => {
  const scene = await LaunchScene.start({ regions: { "us-east-1": { defaultVpc: "none" } } });
  expect((await errorOf(scene.plan())).code).toBe("EC2_DEFAULT_VPC_MISSING");
});

test("In a VPC of one's own, subnets that give the wished kind of address are taken", async () => {
  const scene = await LaunchScene.start();
  const vpc = scene.region.addVpc("10.7.0.0/16");
  const [inside, outside] = [scene.region.addSubnet(vpc), scene.region.addSubnet(vpc, { zone: "b", publicAddresses: "at-launch" })];
  expect((await scene.plan({ "vpc-id": vpc.id })).subnets.map(({ id }) => id)).toEqual([outside.id]);
  expect((await scene.plan({ "vpc-id": vpc.id, "private-address-only": true })).subnets.map(({ id }) => id)).toEqual([inside.id]);
});
