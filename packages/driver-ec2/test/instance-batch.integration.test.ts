import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, test } from "vitest";
import { instanceStatus } from "../src/instance.js";
import { Ec2World } from "./support/ec2-world.js";
import { errorOf } from "./support/error-of.js";

test("the statuses of many machines come from one call, and one that is gone spoils none", async () => {
  const world = await Ec2World.start();
  const host = new FakeHost();
  const ids = [await world.launch(), await world.launch(), "i-0123456789abcdef0"];
  const statuses = await Promise.all(ids.map((InstanceId) => instanceStatus(world.machine({ InstanceId }), host)));
  expect(statuses.slice(0, 2).every((status) => status === "Starting" || status === "Running")).toBe(true);
  expect(statuses[2]).toBe("NotFound");
  expect(world.count("DescribeInstances")).toBe(1);
});

test("a region is asked once, whatever the number of pages", async () => {
  const world = await Ec2World.start({ pageSize: 1 });
  const host = new FakeHost();
  const ids = [await world.launch(), await world.launch(), await world.launch()];
  const statuses = await Promise.all(ids.map((InstanceId) => instanceStatus(world.machine({ InstanceId }), host)));
  expect(statuses).not.toContain("NotFound");
});

test("more than a hundred instances take a second call", async () => {
  const world = await Ec2World.start();
  const host = new FakeHost();
  const ids = Array.from({ length: 120 }, (_, index) => `i-${index.toString(16).padStart(17, "0")}`);
  await Promise.all(ids.map((InstanceId) => instanceStatus(world.machine({ InstanceId }), host)));
  expect(world.count("DescribeInstances")).toBe(2);
});

test("machines of other regions are asked for there", async () => {
  const world = await Ec2World.start();
  const host = new FakeHost();
  const InstanceId = await world.launch();
  const [here, elsewhere] = await Promise.all([
    instanceStatus(world.machine({ InstanceId }), host),
    instanceStatus(world.machine({ InstanceId, Region: "eu-west-1" }), host),
  ]);
  expect(here).not.toBe("NotFound");
  expect(elsewhere).toBe("NotFound");
});

test("one machine's interruption leaves the others their answer", async () => {
  const world = await Ec2World.start();
  const InstanceId = await world.launch();
  const patient = new FakeHost();
  const interrupted = new FakeHost();
  interrupted.shared = (key, make) => patient.shared(key, make);
  const answers = [
    instanceStatus(world.machine({ InstanceId }), interrupted),
    instanceStatus(world.machine({ InstanceId }), patient),
  ] as const;
  setTimeout(() => interrupted.abort(), 5);
  expect((await errorOf(answers[0])).code).toBe("OPERATION_ABORTED");
  expect(await answers[1]).not.toBe("NotFound");
});

test("whoever is interrupted before the call is made, makes none", async () => {
  const world = await Ec2World.start();
  const host = new FakeHost();
  const answer = instanceStatus(world.machine({ InstanceId: "i-0123456789abcdef0" }), host);
  host.abort();
  expect((await errorOf(answer)).code).toBe("OPERATION_ABORTED");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(world.count("DescribeInstances")).toBe(0);
});
