import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parseIndex } from "../../src/drivers/official-index/parse-index.js";
import { isShippedName, shippedDrivers } from "../../src/drivers/shipped.js";
import { formatSource } from "../../src/drivers/source/source.js";

const text = await readFile(new URL("../../index/drivers.json", import.meta.url), "utf8");
const schema = JSON.parse(await readFile(new URL("../../index/drivers.schema.json", import.meta.url), "utf8")) as object;
const index = parseIndex(text, "The driver index of this repository");

test("the index fits its schema", () => {
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  const isValid = ajv.validate(schema, JSON.parse(text));
  expect(ajv.errors ?? []).toEqual([]);
  expect(isValid).toBe(true);
});

test("its shipped drivers are those that are shipped, tested up to the SDK they say", () => {
  const shipped = index.drivers.filter(({ delivery }) => delivery === "shipped");
  expect(shipped.map(({ name }) => name).sort()).toEqual(
    shippedDrivers()
      .map(({ name }) => name)
      .sort(),
  );
});

test("no name of docker-machine's own drivers leads elsewhere, and each of them is in it", () => {
  const own = index.drivers.filter(({ delivery }) => delivery !== "fetched").flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(own.filter((name) => !isShippedName(name))).toEqual([]);
  expect(["virtualbox", "ec2", "amazonec2", "qemu", "generic", "none"].filter((name) => !own.includes(name))).toEqual([]);
});

test("drivers are in order, and no source is there twice", () => {
  const order = ["shipped", "planned", "fetched"];
  const keys = index.drivers.map(({ delivery, name }) => `${order.indexOf(delivery)} ${name}`);
  expect(keys).toEqual([...keys].sort());
  const sources = index.drivers.flatMap((entry) => entry.sources.map(({ source }) => formatSource(source).toLowerCase()));
  expect(new Set(sources).size).toBe(sources.length);
});

test("a successor that is a short name is in the index", () => {
  const names = new Set(index.drivers.flatMap(({ name, aliases }) => [name, ...aliases]));
  const successors = index.drivers.flatMap(({ deprecated, withdrawn }) => [deprecated?.successor, withdrawn?.successor]);
  expect(successors.filter((each) => each !== undefined && /^[a-z0-9-]+$/.test(each) && !names.has(each))).toEqual([]);
});
