import { DriverError } from "@docker-machine/driver-sdk";
import { describe } from "vitest";
import { MemoryDriver } from "./memory-driver.js";
import { testThatSuiteNotices } from "./suite-notices.js";

/** Servers of a provider that a driver asks without its host. */
const servers = new Set<string>();

describe("the suite notices, about failures and interruptions, a driver", () => {
  testThatSuiteNotices([
    [
      "that persists the host only after it was made",
      "remove cleans up after create when the process was killed after any of its steps",
      /create was killed after step 2 \(run memory create vm-conformance\), and then remove, this is left outside: vm-conformance/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            const { exitCode } = await this.memory(["status", this.hostName], [0, 4]);
            if (exitCode === 4) await this.memory(["create", this.hostName]);
            await super.create();
          }
        },
      },
    ],
    [
      "that can't continue a half-made machine",
      "create can be repeated when a failure after any of its steps",
      /create, after create failed after step 1 .* must succeed, but: MACHINE_EXISTS/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            if (this.machine.state.HostName !== undefined && this.machine.state.IPAddress === undefined) {
              throw new DriverError("MACHINE_EXISTS", "The machine is half made.");
            }
            await super.create();
          }
        },
      },
    ],
    [
      "whose create tries again and again",
      "create stops soon when interrupted at any step, and remove cleans up",
      /create did not end within 50 ms/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            for (let tries = 0; tries < 20; tries++) {
              try {
                return await super.create();
              } catch {
                await new Promise((resolve) => setTimeout(resolve, 20));
              }
            }
          }
        },
        fixture: { operationTimeoutMs: 50 },
      },
    ],
    [
      "whose create says it succeeded although it was interrupted",
      "create stops soon when interrupted at any step, and remove cleans up",
      /it went on and says that it succeeded/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create().catch(() => undefined);
          }
        },
      },
    ],
    [
      "whose interrupted remove throws a plain error",
      "remove stops soon when interrupted at any step, and can be repeated",
      /with neither a DriverError nor an AbortError/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            await super.remove().catch(() => {
              throw new Error("It went wrong.");
            });
          }
        },
      },
    ],
    [
      "whose remove forgets first",
      "remove can be repeated when the process was killed after any of its steps",
      /remove was killed after step 1/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            const { HostName } = this.machine.state;
            if (HostName === undefined) return;
            await this.machine.persist({ HostName: undefined });
            await this.memory(["delete", HostName], [0, 4]);
          }
        },
      },
    ],
    [
      "whose remove, once failed, is never tried again",
      "remove can be repeated when a failure before any of its steps",
      /remove failed before step \d .*, and then remove, this is left outside/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            if (this.machine.state.SSHUser === "removed") return;
            await this.machine.persist({ SSHUser: "removed" });
            await super.remove();
          }
        },
      },
    ],
    [
      "that doesn't look at the signal before it asks the provider",
      "create that is interrupted before it starts makes nothing",
      /interrupted before it started, this is left outside: server/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            servers.add("server");
            await super.create();
          }
        },
        fixture: { createWorld: () => ({ flags: {}, residue: async () => [...servers] }) },
      },
    ],
    [
      "with effects that the suite can't see",
      "remove cleans up after create when a failure before any of its steps",
      /effects outside that are no steps/,
      {
        Driver: class extends MemoryDriver {
          override async create() {}
        },
        fixture: {
          createWorld: () => {
            let made = 0;
            return { flags: {}, residue: async () => Array.from({ length: made++ }, String) };
          },
        },
      },
    ],
  ]);
});
