import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { CloudDriver, cloudDefinition, cloudFixture, currentCloud, findOrphans } from "./cloud-driver.js";

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

const orphanDefects: readonly (readonly [defect: string, noticedBy: string, saying: RegExp, broken: typeof findOrphans])[] = [
  [
    "that takes what machines have for orphans",
    "what a machine knows of is no orphan",
    /after create, these are taken for orphans: server conformance/,
    (search, host) => findOrphans({ ...search, machines: async () => [] }, host),
  ],
  [
    "that finds nothing",
    "what is left of a machine that the store has lost is found, and removed, when create was killed after any of its steps",
    /and then the removal of 0 orphans, this is left outside: conformance/,
    async () => [],
  ],
  [
    "that finds what other stores made",
    "what another store made is an orphan only if that is wished",
    /for a search from another store, these are taken for orphans: server conformance/,
    (search, host) => findOrphans({ ...search, anyStore: true }, host),
  ],
];

describe("the suite notices a driver that looks for orphans", () => {
  test.each(orphanDefects)("%s", async (_defect, noticedBy, saying, broken) => {
    const definition = cloudDefinition(CloudDriver, { findOrphans: broken });
    const noticing = conformanceTests(definition, cloudFixture).find(({ name }) => name === noticedBy);
    await expect(noticing?.run()).rejects.toThrow(saying);
  });
});

describe("the suite notices a driver of an API", () => {
  test.each(defects)("%s", async (_defect, noticedBy, saying, Driver) => {
    const noticing = conformanceTests(cloudDefinition(Driver), cloudFixture).find(({ name }) => name === noticedBy);
    await expect(noticing?.run()).rejects.toThrow(saying);
  });
});
