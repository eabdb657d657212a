import { type DriverDescription, defineDriver, isDriverDefinition, isDriverName } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";

const description: DriverDescription = {
  name: "x",
  summary: "X",
  options: { image: { type: "string", flag: "x-image", usage: "Image" } },
  createDriver: () => {
    throw new Error("not called");
  },
};

describe("defineDriver", () => {
  test("keeps what it is given, and freezes and brands it", () => {
    const definition = defineDriver(description);
    expect(definition).toMatchObject(description);
    expect(Object.isFrozen(definition)).toBe(true);
    expect(isDriverDefinition(definition)).toBe(true);
  });

  test.each([
    ["name", { name: "No Name" }],
    ["summary", { summary: "" }],
    ["createDriver", { createDriver: undefined }],
    ["options", { options: undefined }],
    ["type", { options: { a: { type: "float", flag: "a", usage: "A" } } }],
    ["flag", { options: { a: { type: "string", flag: "--a", usage: "A" } } }],
    ["usage", { options: { a: { type: "string", flag: "a", usage: "" } } }],
    ["used twice", { options: { a: { type: "string", flag: "a", usage: "A" }, b: { type: "boolean", flag: "a", usage: "A" } } }],
  ])("refuses a bad definition and names the %s", (what, change) => {
    const bad = { ...description, ...change } as DriverDescription;
    expect(() => defineDriver(bad)).toThrow(
      expect.objectContaining({ code: "DRIVER_DEFINITION_INVALID", message: expect.stringContaining(what) }),
    );
  });
});

describe("isDriverDefinition", () => {
  test("knows a definition of another copy of the SDK by its brand", () => {
    expect(isDriverDefinition({ ...description, [Symbol.for("docker-machine.DriverDefinition")]: true })).toBe(true);
  });

  test.each([undefined, null, "x", 1, {}, description, () => undefined])("is false for %j", (value) => {
    expect(isDriverDefinition(value)).toBe(false);
  });

  test("is false for a branded thing that is none", () => {
    expect(isDriverDefinition({ [Symbol.for("docker-machine.DriverDefinition")]: true })).toBe(false);
  });
});

describe("isDriverName", () => {
  test.each(["x", "virtualbox", "ec2", "my-cloud", "a".repeat(64)])("accepts %s", (name) => {
    expect(isDriverName(name)).toBe(true);
  });

  test.each(["", "X", "2ec", "-x", "x-", "x_y", "x.y", "../x", "x y", "a".repeat(65), 1, undefined])("refuses %j", (name) => {
    expect(isDriverName(name)).toBe(false);
  });
});
