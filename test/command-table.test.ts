import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { commandTable } from "../src/command-table.js";

it("has every command file, by its path", async () => {
  const files = readdirSync(new URL("../src/commands", import.meta.url), { recursive: true, encoding: "utf8" });
  const names = files.filter((file) => file.endsWith(".ts")).map((file) => file.replace(/\.ts$/, "").replaceAll(/[\\/]/g, " "));
  expect(Object.keys(commandTable).sort()).toEqual(names.sort());
});
