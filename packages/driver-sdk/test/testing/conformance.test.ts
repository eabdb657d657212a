import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, test } from "vitest";
import { memoryDefinition, memoryFixture } from "./memory-driver.js";

describe("a correct driver passes", () => {
  for (const { name, run } of conformanceTests(memoryDefinition(), memoryFixture)) test(name, run);
});
