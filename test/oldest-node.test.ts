import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Explicit resource management came with Node 24; package.json promises Node 22. */
const NEWER_SYNTAX = /^\s*(?:for \()?(?:await )?using \w+(?: =| of)/m;

function built(folder: string): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".js")).map((name) => join(folder, name));
}

test("the sources use syntax that the oldest Node doesn't know, so the check below can fail", () => {
  expect(readFileSync(join(root, "src/machines/driver-host.ts"), "utf8")).toMatch(NEWER_SYNTAX);
});

test("what is built for users can be read by the oldest Node that package.json promises", () => {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name, "dist"));
  const files = ["dist", ...packages].flatMap(built);
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => NEWER_SYNTAX.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});
