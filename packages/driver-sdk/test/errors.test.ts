import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as sdk from "@docker-machine/driver-sdk";
import { DriverError, isDriverError } from "@docker-machine/driver-sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

describe("a DriverError", () => {
  test("carries code, message, suggestions and cause", () => {
    const cause = new Error("inner");
    const error = new DriverError("IMAGE_MISSING", "There is no image.", { cause, suggestions: ["get one"] });
    expect(error).toMatchObject({
      name: "DriverError",
      code: "IMAGE_MISSING",
      message: "There is no image.",
      suggestions: ["get one"],
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  test("has no suggestions and no cause unless given", () => {
    const error = new DriverError("IMAGE_MISSING", "There is no image.");
    expect(error.suggestions).toEqual([]);
    expect("cause" in error).toBe(false);
  });

  test.each([new Error("x"), undefined, null, "IMAGE_MISSING", { code: "IMAGE_MISSING" }])("is not %j", (value) => {
    expect(isDriverError(value)).toBe(false);
  });
});

describe("across two copies of the SDK", () => {
  let directory: string;
  let other: typeof sdk;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sdk-copy-"));
    await cp(fileURLToPath(new URL("..", import.meta.resolve("@docker-machine/driver-sdk"))), directory, {
      recursive: true,
      filter: (source) => !source.includes("node_modules"),
    });
    other = await import(pathToFileURL(join(directory, "dist", "index.js")).href);
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test("each knows the other's errors and definitions", () => {
    expect(other.DriverError).not.toBe(DriverError);
    const foreign = new other.DriverError("IMAGE_MISSING", "There is no image.");
    expect(foreign).not.toBeInstanceOf(DriverError);
    expect(isDriverError(foreign)).toBe(true);
    expect(other.isDriverError(new DriverError("IMAGE_MISSING", "There is no image."))).toBe(true);
    const description = { name: "x", summary: "X", options: {}, createDriver: () => expect.unreachable() };
    expect(sdk.isDriverDefinition(other.defineDriver(description))).toBe(true);
  });
});
