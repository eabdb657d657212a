import { expect, test } from "vitest";
import { declaredOptions } from "../../src/drivers/declared-options.js";

const declaring = (options: unknown) => declaredOptions({ name: "x", dockerMachine: { driver: "acme", options } });

test("options are those that a package.json declares", () => {
  const options = [
    { flag: "acme-token", type: "string", usage: "Token for the API", env: "ACME_TOKEN", required: true, secret: true },
    { flag: "acme-size", type: "string", usage: "Size", default: "small", choices: ["small", "large"] },
    { flag: "acme-cpus", type: "integer", usage: "CPUs", default: 1, minimum: 1, maximum: 64 },
    { flag: "acme-label", type: "string-list", usage: "Labels", default: [] },
    { flag: "acme-ipv6", type: "boolean", usage: "IPv6" },
  ];
  expect(declaring(options)).toEqual(options);
  expect(declaring([])).toEqual([]);
});

test("a package that declares none says nothing of its options", () => {
  for (const manifest of [undefined, null, 5, {}, { dockerMachine: true }, { dockerMachine: { driver: "acme" } }]) {
    expect(declaredOptions(manifest)).toBeUndefined();
  }
  expect(declaring("all of them")).toBeUndefined();
});

test("what is no option is left out", () => {
  const odd = [
    null,
    "acme-token",
    {},
    { flag: "--acme", type: "string", usage: "x" },
    { flag: "acme", type: "secret", usage: "x" },
    { flag: "acme", type: "constructor", usage: "x" },
    { flag: "acme", type: "string" },
    { flag: "acme", type: "string", usage: "x", default: {} },
    { flag: "acme", type: "integer", usage: "x", default: "1" },
    { flag: "acme", type: "string", usage: "x", env: 5 },
  ];
  expect(declaring(odd)).toEqual([]);
});
