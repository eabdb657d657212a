import { expect, test } from "vitest";
import { findShipped, isShippedName, shippedDrivers } from "../../src/drivers/shipped.js";

test.each([
  ["amazonec2", "amazonec2"],
  ["ec2", "amazonec2"],
  ["aws", "amazonec2"],
  ["qemu", "qemu"],
])("%s means the shipped driver %s, and is no name for another one", (typed, name) => {
  expect(findShipped(typed)?.name).toBe(name);
  expect(isShippedName(typed)).toBe(true);
});

test("other names are free, those of Object's own among them", () => {
  for (const name of ["hetzner", "EC2", "constructor", ""]) expect([name, isShippedName(name)]).toEqual([name, false]);
});

test("each shipped driver's package says its name and its version", async () => {
  for (const { name, load, version } of shippedDrivers()) {
    const { default: definition } = (await load()) as { readonly default: { readonly name: string } };
    expect([definition.name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  }
});
