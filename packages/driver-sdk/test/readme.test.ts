import { readFile } from "node:fs/promises";
import { conformanceTests } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import toyvm from "./fixtures/toyvm/toyvm-driver.js";
import { createWorld } from "./fixtures/toyvm/toyvm-world.js";

describe("the driver in the README", () => {
  for (const { name, run } of conformanceTests(toyvm, { capabilities: ["sshEndpoint", "start", "stop"], createWorld })) test(name, run);
});

test.each(["toyvm-driver.ts", "toyvm-world.ts"])("the README shows %s as it is", async (file) => {
  const code = await readFile(new URL(`fixtures/toyvm/${file}`, import.meta.url), "utf8");
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\``);
});
