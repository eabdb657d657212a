import { DriverError, type MachineStatus } from "@docker-machine/driver-sdk";
import { describe } from "vitest";
import { MemoryDriver } from "./memory-driver.js";
import { testThatSuiteNotices } from "./suite-notices.js";

describe("the suite notices, about create, status and remove, a driver", () => {
  testThatSuiteNotices([
    [
      "whose create makes a second host when repeated",
      "create may be repeated",
      /a second create by the same process made something else/,
      {
        Driver: class extends MemoryDriver {
          override get hostName() {
            return this.machine.state.IPAddress === undefined ? "vm-1" : "vm-2";
          }
        },
      },
    ],
    [
      "whose create doesn't start the host",
      "create makes a running host that can be reached",
      /the status after create is Stopped, but should be Running/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            await this.stop();
          }
        },
      },
    ],
    [
      "whose create saves no address",
      "create makes a running host that can be reached",
      /MACHINE_NO_ADDRESS|no address yet/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            await this.machine.persist({ IPAddress: undefined });
          }
        },
      },
    ],
    [
      "that keeps its state in memory",
      "what was persisted is enough for another process",
      /what another process says/,
      {
        Driver: class extends MemoryDriver {
          #address: string | undefined;
          override async create() {
            await super.create();
            this.#address = "10.0.0.6";
          }
          override async address() {
            return this.#address ?? super.address();
          }
        },
      },
    ],
    [
      "whose remove does nothing",
      "remove leaves nothing behind",
      /this is left outside: vm-conformance/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {}
        },
      },
    ],
    [
      "whose remove works once",
      "remove may be repeated",
      /COMMAND_FAILED|no such host/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            await this.memory(["delete", this.hostName]);
          }
        },
      },
    ],
    [
      "whose remove wants a created machine",
      "remove of a machine that was never created succeeds",
      /remove before create must succeed, but: HOST_MISSING/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            if (this.machine.state.HostName === undefined) throw new DriverError("HOST_MISSING", "There is no host.");
            await super.remove();
          }
        },
      },
    ],
    [
      "whose remove fails when the host has vanished",
      "remove of a host that has vanished succeeds",
      /remove of a host that somebody else has removed must succeed/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            if (this.machine.state.HostName !== undefined) await this.memory(["delete", this.hostName]);
          }
        },
      },
    ],
    [
      "that says Stopped when the host is gone",
      "remove leaves nothing behind",
      /the status once the host is gone is Stopped/,
      {
        Driver: class extends MemoryDriver {
          override async status(): Promise<MachineStatus> {
            return (await this.seen()) ?? "Stopped";
          }
        },
      },
    ],
    [
      "whose status persists",
      "asking for status and address changes nothing",
      /status before create persisted something/,
      {
        Driver: class extends MemoryDriver {
          override async status() {
            await this.machine.persist({ SSHUser: "seen" });
            return super.status();
          }
        },
      },
    ],
    [
      "whose check before create makes something",
      "checking before create leaves nothing behind",
      /after preCreateCheck, this is left outside: probe/,
      {
        Driver: class extends MemoryDriver {
          override async preCreateCheck() {
            await this.memory(["create", "probe"]);
          }
        },
      },
    ],
    [
      "that works when it is made",
      "making a driver does no work",
      /createDriver logged something/,
      {
        changes: {
          createDriver: (machine, host) => {
            host.log.info("hello");
            return new MemoryDriver(machine, host);
          },
        },
      },
    ],
  ]);
});
