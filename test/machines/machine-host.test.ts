import { expect, test } from "vitest";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { driverHost, machineHost } from "../../src/machines/machine-host.js";
import type { StoredMachine } from "../../src/machines/stored-machine.js";

test("a driver's host takes interrupts over only when the driver asks for the signal", () => {
  let asked = 0;
  const shared = new Map<string, unknown>();
  const context = {
    shared: () => shared,
    get signal() {
      asked += 1;
      return new AbortController().signal;
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  } as unknown as MachineContext;
  const machine = { name: "dev", directory: "/nowhere", config: { DriverName: "acme" } } as unknown as StoredMachine;
  const hosts = [machineHost(context, machine), driverHost(context, "acme")];
  expect(asked).toBe(0);
  expect(hosts.map((host) => host.signal.aborted)).toEqual([false, false]);
  expect(asked).toBe(2);
});
