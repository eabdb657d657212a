import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { CloudDriver, cloudDefinition, cloudFixture, currentCloud } from "./cloud-driver.js";

describe("a correct driver of an API passes", () => {
  for (const { name, run } of conformanceTests(cloudDefinition(), cloudFixture)) test(name, run);
});

const defects: readonly (readonly [defect: string, noticedBy: string, saying: RegExp, Driver: typeof CloudDriver])[] = [
  [
    "that asks on, whatever the signal says",
    "create stops soon when interrupted at any step, and remove cleans up",
    /it went on and says that it succeeded/,
    class extends CloudDriver {
      override async request(method: "POST" | "GET" | "DELETE") {
        return currentCloud().request(method, this.machine.state.ServerName ?? "");
      }
    },
  ],
  [
    "that lets the API's errors through",
    "errors are DriverErrors with a code and a message",
    /create failed before step \d \(GET .*\): it rejected with no DriverError/,
    class extends CloudDriver {
      override async request(method: "POST" | "GET" | "DELETE") {
        return currentCloud().request(method, this.machine.state.ServerName ?? "");
      }
    },
  ],
  [
    "that persists the server's name when it has been made",
    "remove cleans up after create when the process was killed after any of its steps",
    /killed after step 1 \(POST .*\), and then remove, this is left outside: conformance/,
    class extends CloudDriver {
      override async create() {
        await currentCloud().request("POST", this.machine.name);
        await super.create();
      }
    },
  ],
];

describe("the suite notices a driver of an API", () => {
  test.each(defects)("%s", async (_defect, noticedBy, saying, Driver) => {
    const noticing = conformanceTests(cloudDefinition(Driver), cloudFixture).find(({ name }) => name === noticedBy);
    await expect(noticing?.run()).rejects.toThrow(saying);
  });
});
