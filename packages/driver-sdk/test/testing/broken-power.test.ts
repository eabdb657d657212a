import { DriverError } from "@docker-machine/driver-sdk";
import { describe } from "vitest";
import { MemoryDriver } from "./memory-driver.js";
import { testThatSuiteNotices } from "./suite-notices.js";

describe("the suite notices, about optional operations, a driver", () => {
  testThatSuiteNotices([
    [
      "that lost an operation",
      "the driver has the optional operations it is meant to have, and no others",
      /the optional methods of the driver/,
      { changes: { createDriver: (machine, host) => Object.assign(new MemoryDriver(machine, host), { kill: undefined }) } },
    ],
    [
      "whose stop doesn't stop",
      "stop brings the host to the status Stopped, and may be repeated",
      /the status after stop is Running/,
      {
        Driver: class extends MemoryDriver {
          override async stop() {}
        },
      },
    ],
    [
      "whose kill doesn't kill",
      "kill brings the host to the status Stopped, and may be repeated",
      /the status after kill is Running/,
      {
        Driver: class extends MemoryDriver {
          override async kill() {}
        },
      },
    ],
    [
      "whose saved hosts don't start",
      "save brings the host to the status Saved, and may be repeated",
      /the status after save and start is Saved/,
      {
        Driver: class extends MemoryDriver {
          override async start() {
            if ((await this.seen()) === "Stopped") await super.start();
          }
        },
      },
    ],
    [
      "whose kill leaves what was saved",
      "kill drops what save has saved",
      /the status after save and kill is Saved/,
      {
        Driver: class extends MemoryDriver {
          override async kill() {
            if ((await this.seen()) === "Running") await super.kill();
          }
        },
      },
    ],
    [
      "whose restart stops",
      "restart brings the host to the status Running, and may be repeated",
      /the status after restart is Stopped/,
      {
        Driver: class extends MemoryDriver {
          override async restart() {
            await this.stop();
          }
        },
      },
    ],
    [
      "whose start can't be repeated",
      "start brings the host to the status Running, and may be repeated",
      /start again must succeed, but: HOST_RUNNING/,
      {
        Driver: class extends MemoryDriver {
          override async start() {
            if ((await this.seen()) === "Running") throw new DriverError("HOST_RUNNING", "It runs.");
            await super.start();
          }
        },
      },
    ],
    [
      "that can't remove a stopped host",
      "remove after stop leaves nothing behind",
      /after stop and remove, this is left outside/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            if ((await this.seen()) === "Running") await super.remove();
          }
        },
      },
    ],
    [
      "whose stop trusts a note instead of asking",
      "stop can be repeated after a failure at any of its steps",
      /after stop failed before step 2 .* is Running, but should be Stopped/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            await this.machine.persist({ SSHUser: "root" });
          }
          override async start() {
            await super.start();
            await this.machine.persist({ SSHUser: "root" });
          }
          override async stop() {
            if (this.machine.state.SSHUser === "stopped") return;
            await this.machine.persist({ SSHUser: "stopped" });
            await super.stop();
          }
        },
      },
    ],
    [
      "whose stop goes on in spite of an interruption",
      "stop stops soon when interrupted at any step",
      /with neither a DriverError nor an AbortError/,
      {
        Driver: class extends MemoryDriver {
          override async stop() {
            await super.stop().catch((error: unknown) => {
              throw new Error(String(error));
            });
          }
        },
      },
    ],
  ]);
});
