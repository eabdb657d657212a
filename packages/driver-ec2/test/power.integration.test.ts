import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { instanceStatus } from "../src/instance.js";
import { hibernateInstance, killInstance, startInstance, stopInstance } from "../src/power.js";
import { Ec2World } from "./support/ec2-world.js";
import { errorOf } from "./support/error-of.js";

describe("the life of an instance", () => {
  test("a start is over when the instance runs, and its new address is saved", async () => {
    const world = await Ec2World.start();
    const machine = world.machine({ InstanceId: await world.launch() });
    await startInstance(machine, new FakeHost());
    const first = machine.state.IPAddress;
    await stopInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Stopped");
    await startInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Running");
    expect(machine.state.IPAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(machine.state.IPAddress).not.toBe(first);
    expect(world.aws.violations).toEqual([]);
  });

  test("start and stop wait for an instance that is on its way", async () => {
    const world = await Ec2World.start();
    const machine = world.machine({ InstanceId: await world.launch() });
    await stopInstance(machine, new FakeHost());
    await (await world.open()).ec2("StartInstances", { InstanceIds: [machine.state.InstanceId ?? ""] });
    await stopInstance(machine, new FakeHost());
    await startInstance(machine, new FakeHost());
    await (await world.open()).ec2("StopInstances", { InstanceIds: [machine.state.InstanceId ?? ""] });
    await startInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Running");
  });

  test("an instance that AWS shows late or outdated is waited for", async () => {
    const world = await Ec2World.start({ consistency: { hiddenReads: 3, hiddenWrites: 2, staleReads: 3 } });
    const machine = world.machine({ InstanceId: await world.launch(), LaunchedAt: new Date().toISOString() });
    expect(await instanceStatus(machine, new FakeHost())).toBe("Starting");
    await startInstance(machine, new FakeHost());
    await stopInstance(machine, new FakeHost());
    await startInstance(machine, new FakeHost());
    expect(machine.state.IPAddress).toBeDefined();
  });

  test("a kill stops by force", async () => {
    const world = await Ec2World.start();
    const machine = world.machine({ InstanceId: await world.launch() });
    await startInstance(machine, new FakeHost());
    await killInstance(machine, new FakeHost());
    expect(world.aws.calls.find(({ action }) => action === "StopInstances")?.input).toMatchObject({ Force: true });
    expect(await instanceStatus(machine, new FakeHost())).toBe("Stopped");
  });

  test("a hibernated instance is Saved, wakes at a start, and loses its memory at a kill", async () => {
    const world = await Ec2World.start();
    const machine = world.machine({ InstanceId: await world.launch("hibernating") });
    await startInstance(machine, new FakeHost());
    await hibernateInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Saved");
    await startInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Running");
    await hibernateInstance(machine, new FakeHost());
    await killInstance(machine, new FakeHost());
    expect(await instanceStatus(machine, new FakeHost())).toBe("Stopped");
  });

  test("an instance that ends by itself while it is awaited is an error with AWS's reason", async () => {
    const world = await Ec2World.start();
    world.account.failingLaunches.push("Server.InsufficientInstanceCapacity");
    const machine = world.machine({ InstanceId: await world.launch() });
    const error = await errorOf(startInstance(machine, new FakeHost()));
    expect(error.code).toBe("EC2_INSTANCE_TERMINATED");
    expect(error.message).toContain(machine.state.InstanceId);
    expect(error.suggestions.join("\n")).toContain("--amazonec2-instance-type");
  });

  test("an instance that is gone is named", async () => {
    const world = await Ec2World.start();
    const machine = world.machine({ InstanceId: "i-0123456789abcdef0" });
    for (const operation of [startInstance, stopInstance, killInstance]) {
      const error = await errorOf(operation(machine, new FakeHost()));
      expect(error.code).toBe("EC2_INSTANCE_MISSING");
      expect(error.message).toContain("i-0123456789abcdef0 in us-east-1");
    }
    expect(await instanceStatus(machine, new FakeHost())).toBe("NotFound");
  });

  test("an instance without the address that is wished is an error that names the options", async () => {
    const world = await Ec2World.start();
    const machine = world.machine(
      { InstanceId: await world.launch() },
      { "amazonec2-ipv6-address-only": true, "amazonec2-ipv6-address-count": "1" },
    );
    const error = await errorOf(startInstance(machine, new FakeHost()));
    expect(error.code).toBe("EC2_ADDRESS_MISSING");
    expect(error.suggestions.join("\n")).toContain("--amazonec2-ipv6-address-count");
  });
});
