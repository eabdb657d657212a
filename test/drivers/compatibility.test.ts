import { expect, test } from "vitest";
import { checkCompatibility } from "../../src/drivers/compatibility.js";
import { errorOf } from "../support/error-of.js";

const question = { driver: "acme", version: "3.0.0", source: "github.com/o/r@v3.0.0" };

test.each([
  ["^1.0.0", "1.0.0"],
  ["^1.0.0", "1.9.3"],
  [">=1.2 <3", "2.0.0"],
  ["1.x || 2.x", "2.1.0"],
  ["*", "7.0.0"],
  ["^1.0.0", "1.1.0-beta.1"],
])("%s takes %s", async (sdkRange, sdkVersion) => {
  await expect(checkCompatibility({ ...question, sdkRange, sdkVersion })).resolves.toBeUndefined();
});

test.each([
  ["^1.2.0", "1.1.0", "docker-machine is too old", "npm install -g @docker-machine/cli@latest"],
  ["^2.0.0", "1.1.0", "docker-machine is too old", "npm install -g @docker-machine/cli@latest"],
  ["^1.0.0", "2.0.0", 'driver "acme" is too old', "For its newest version: docker-machine driver install github.com/o/r"],
  ["~1.0.0", "1.1.0", 'driver "acme" is too old', "For its newest version: docker-machine driver install github.com/o/r"],
])("%s refuses %s with both versions and the command that helps", async (sdkRange, sdkVersion, reason, command) => {
  const error = await errorOf(() => checkCompatibility({ ...question, sdkRange, sdkVersion }));
  expect(error.code).toBe("DRIVER_INCOMPATIBLE");
  for (const part of ['"acme" 3.0.0', sdkRange, sdkVersion, reason]) expect(error.message).toContain(part);
  expect(error.suggestions[0]).toBe(command);
});

test("what isn't a range is refused as such", async () => {
  const error = await errorOf(() => checkCompatibility({ ...question, sdkRange: "latest please", sdkVersion: "1.0.0" }));
  expect(error.code).toBe("DRIVER_MANIFEST_INVALID");
});
