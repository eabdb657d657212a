import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("importing the drivers loads none of npm's libraries, nor semver", async () => {
  const loader = fileURLToPath(new URL("../support/run-typescript.mjs", import.meta.url));
  const drivers = new URL("../../src/drivers/drivers.ts", import.meta.url).href;
  const program = `
    const { registerHooks } = await import("node:module");
    const seen = [];
    registerHooks({ resolve(specifier, context, next) { seen.push(specifier); return next(specifier, context); } });
    await import(${JSON.stringify(drivers)});
    console.log(seen.filter((specifier) => !/^(node:|\\.|file:)/.test(specifier)).join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", loader, "--input-type=module", "--eval", program]);
  expect(new Set(stdout.trim().split(","))).toEqual(
    new Set([
      "@docker-machine/driver-sdk",
      ...["ec2", "generic", "none", "qemu", "virtualbox"].map((name) => `@docker-machine/driver-${name}/package.json`),
    ]),
  );
});
