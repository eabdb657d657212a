import { DriverError } from "@docker-machine/driver-sdk";
import { describe } from "vitest";
import { MemoryDriver, type MemoryOptions, memoryOptions } from "./memory-driver.js";
import { testThatSuiteNotices } from "./suite-notices.js";

describe("the suite notices, about state, options, output, errors and secrets, a driver", () => {
  testThatSuiteNotices([
    [
      "that persists what is not JSON",
      "create makes a running host that can be reached",
      /"SSHUser" is not JSON/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            await this.machine.persist({ SSHUser: new Date() as unknown as string });
          }
        },
      },
    ],
    [
      "that changes its state in place",
      "create makes a running host that can be reached",
      /read only property 'SSHUser'/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            Object.assign(this.machine.state, { SSHUser: "x" });
          }
        },
      },
    ],
    [
      "that changes its options",
      "create makes a running host that can be reached",
      /read only property 'size'/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            Object.assign(this.machine.options, { size: 2 });
            await super.create();
          }
        },
      },
    ],
    [
      "that prints to the console",
      "nothing is printed, and the process is never ended",
      /this was printed instead/,
      {
        Driver: class extends MemoryDriver {
          override async remove() {
            const { console: terminal } = globalThis;
            terminal.log("removing");
            await super.remove();
          }
        },
      },
    ],
    [
      "that prints to standard error",
      "nothing is printed, and the process is never ended",
      /this was printed instead/,
      {
        Driver: class extends MemoryDriver {
          override async status() {
            process.stderr.write("status\n");
            return super.status();
          }
        },
      },
    ],
    [
      "that ends the process",
      "nothing is printed, and the process is never ended",
      /called process.exit/,
      {
        Driver: class extends MemoryDriver {
          override async preCreateCheck() {
            if (process.exit.name !== "exit") process.exit(1);
          }
        },
      },
    ],
    [
      "that throws plain errors",
      "errors are DriverErrors with a code and a message",
      /no DriverError: no host/,
      {
        Driver: class extends MemoryDriver {
          override async start() {
            if ((await this.seen()) === undefined) throw new Error("no host");
            await super.start();
          }
        },
      },
    ],
    [
      "whose error has a malformed code",
      "errors are DriverErrors with a code and a message",
      /the error's code/,
      {
        Driver: class extends MemoryDriver {
          override async start() {
            if ((await this.seen()) === undefined) throw new DriverError("oops" as "NOT_FOUND", "no host");
            await super.start();
          }
        },
      },
    ],
    [
      "whose error says undefined",
      "errors are DriverErrors with a code and a message",
      /the message of HOST_MISSING/,
      {
        Driver: class extends MemoryDriver {
          override async start() {
            if ((await this.seen()) === undefined) throw new DriverError("HOST_MISSING", `no host ${undefined}`);
            await super.start();
          }
        },
      },
    ],
    [
      "that puts a secret on a command line",
      "secrets stay out of command lines, logs and state",
      /--memory-token is in a command line/,
      {
        Driver: class extends MemoryDriver {
          override async preCreateCheck() {
            await this.memory(["version", `--token=${this.machine.options.token}`]);
          }
        },
      },
    ],
    [
      "that logs a secret",
      "secrets stay out of command lines, logs and state",
      /--memory-token is in a log line/,
      {
        Driver: class extends MemoryDriver {
          override async preCreateCheck() {
            this.host.log.debug(`token ${this.machine.options.token}`);
          }
        },
      },
    ],
    [
      "that saves a secret",
      "secrets stay out of command lines, logs and state",
      /--memory-token is in the saved state/,
      {
        Driver: class extends MemoryDriver {
          override async create() {
            await super.create();
            await this.machine.persist({ SSHUser: this.machine.options.token ?? "" });
          }
        },
      },
    ],
    [
      "with a secret that isn't marked",
      "options that hold secrets are marked as secret",
      /mark these options/,
      { changes: { options: { ...memoryOptions, token: { ...memoryOptions.token, secret: false } } as unknown as MemoryOptions } },
    ],
    [
      "with a default that can't be typed",
      "defaults of options are values the user could have typed",
      /must be one of a, b/,
      { changes: { options: { ...memoryOptions, zone: { ...memoryOptions.zone, default: "c" } } as unknown as MemoryOptions } },
    ],
    [
      "with an environment variable of a strange name",
      "options can be given by their environment variables",
      /the environment variable of the option "size"/,
      { changes: { options: { ...memoryOptions, size: { ...memoryOptions.size, env: "memory size" } } as unknown as MemoryOptions } },
    ],
    [
      "that refuses what it accepted before",
      "options survive the way from flags through JSON and back",
      /No\./,
      {
        changes: {
          checkOptions: () => {
            throw new DriverError("OPTION_INVALID", "No.");
          },
        },
      },
    ],
  ]);
});
