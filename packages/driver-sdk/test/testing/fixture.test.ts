import { DriverError, type MachineStatus } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";
import { MemoryDriver } from "./memory-driver.js";
import { failuresOf } from "./suite-notices.js";

describe("a fixture may say", () => {
  test("that create doesn't continue, if it says why not", async () => {
    const Driver = class extends MemoryDriver {
      override async create() {
        const { HostName, IPAddress } = this.machine.state;
        if (HostName !== undefined && IPAddress === undefined) throw new DriverError("MACHINE_HALF_MADE", "Remove it first.");
        await super.create();
      }
    };
    expect(await failuresOf({ Driver, fixture: { createContinues: false } })).toEqual([]);
  });

  test("that the driver adopts hosts, which outlive remove", async () => {
    const Driver = class extends MemoryDriver {
      override async status(): Promise<MachineStatus> {
        return (await this.seen()) ?? "Running";
      }
    };
    const failed = await failuresOf({ Driver, fixture: { adoptsHosts: true } });
    expect(failed).toEqual([]);
  });
});
