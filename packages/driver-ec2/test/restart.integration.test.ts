import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, test } from "vitest";
import { restartInstance } from "../src/restart.js";
import { Ec2World, hostWith } from "./support/ec2-world.js";

const login = async () => ({ host: "192.0.2.1", port: 22, user: "ubuntu" });

test("a restart is over when another boot answers", async () => {
  const world = await Ec2World.start();
  const machine = world.machine({ InstanceId: await world.launch() });
  const boots = ["one", "one", "", "two"];
  const host = hostWith(() => ({ stdout: `${boots.shift()}\n` }));
  await restartInstance(machine, host, login);
  expect(world.count("RebootInstances")).toBe(1);
  expect(boots).toEqual([]);
});

test("a guest that doesn't answer is rebooted, and not waited for", async () => {
  const world = await Ec2World.start();
  const machine = world.machine({ InstanceId: await world.launch() });
  await restartInstance(machine, new FakeHost(), login);
  expect(world.count("RebootInstances")).toBe(1);
});

test("a stopped instance is started instead", async () => {
  const world = await Ec2World.start();
  const machine = world.machine({ InstanceId: await world.launch() });
  await restartInstance(machine, new FakeHost(), login);
  await (await world.open()).ec2("StopInstances", { InstanceIds: [machine.state.InstanceId ?? ""] });
  await restartInstance(machine, new FakeHost(), login);
  expect(world.count("RebootInstances")).toBe(1);
  expect(world.count("StartInstances")).toBe(1);
});
