import { type OptionSpec, type OptionValue, resolveOptions } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";

const specs = {
  image: { type: "string", flag: "x-image", env: "X_IMAGE", usage: "Image", default: "debian" },
  key: { type: "string", flag: "x-key", usage: "Key", required: true },
  note: { type: "string", flag: "x-note", usage: "Note" },
  memory: { type: "integer", flag: "x-memory", env: "X_MEMORY", usage: "Memory", default: 512, minimum: 1, maximum: 4096 },
  cpus: { type: "integer", flag: "x-cpus", usage: "CPUs" },
  labels: { type: "string-list", flag: "x-label", env: "X_LABELS", usage: "Labels" },
  fast: { type: "boolean", flag: "x-fast", env: "X_FAST", usage: "Fast" },
} as const satisfies Record<string, OptionSpec>;

const key = { "x-key": "k" };

/** The value of one option. */
function resolveOne(spec: OptionSpec, sources: Parameters<typeof resolveOptions>[1]): OptionValue {
  return resolveOptions({ one: spec }, sources).one;
}

describe("options", () => {
  test("have their defaults when nothing is given", () => {
    expect(resolveOptions(specs, { flags: key })).toEqual({
      image: "debian",
      key: "k",
      note: undefined,
      memory: 512,
      cpus: undefined,
      labels: [],
      fast: false,
    });
  });

  test("take flags before saved values, those before the environment, and that before defaults", () => {
    const flags = { "x-image": "flag" };
    const saved = { image: "saved" };
    const env = { X_IMAGE: "env" };
    expect(resolveOne(specs.image, { flags, saved: { one: saved.image }, env })).toBe("flag");
    expect(resolveOne(specs.image, { saved: { one: saved.image }, env })).toBe("saved");
    expect(resolveOne(specs.image, { env })).toBe("env");
    expect(resolveOne(specs.image, {})).toBe("debian");
  });

  test("take an empty environment variable, and a saved null, as absent", () => {
    expect(resolveOne(specs.image, { saved: { one: null }, env: { X_IMAGE: "" } })).toBe("debian");
  });

  test("that are required and absent are an error which names flag and variable", () => {
    expect(() => resolveOptions(specs, {})).toThrow(
      expect.objectContaining({ code: "OPTION_MISSING", message: expect.stringContaining("--x-key") }),
    );
    const spec: OptionSpec = { ...specs.key, env: "X_KEY" };
    expect(() => resolveOne(spec, {})).toThrow(/environment variable X_KEY/);
    expect(resolveOne(spec, { env: { X_KEY: "e" } })).toBe("e");
    expect(() => resolveOne(spec, { flags: { "x-key": "" } })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test.each([
    ["12", 12],
    [" 12 ", 12],
    ["+7", 7],
    ["4096", 4096],
  ])("read %j as the whole number %d", (text, value) => {
    expect(resolveOne(specs.memory, { flags: { "x-memory": text } })).toBe(value);
  });

  test.each(["abc", "1.5", "", "1e3", "0x10", "0", "-1", "4097", "99999999999999999999"])(
    "refuse %j as a number from 1 to 4096",
    (text) => {
      expect(() => resolveOne(specs.memory, { flags: { "x-memory": text } })).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("--x-memory") }),
      );
    },
  );

  test("are judged as given before it is said what is absent", () => {
    expect(() => resolveOptions(specs, { flags: { "x-memory": "abc" } })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test("refuse a switch's variable that is neither", () => {
    expect(() => resolveOne(specs.fast, { env: { X_FAST: "maybe" } })).toThrow(/\$X_FAST is "maybe", but it must be true or false/);
  });

  test("refuse a whole number that a double can't hold", () => {
    expect(() => resolveOne(specs.cpus, { flags: { "x-cpus": "9007199254740993" } })).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID" }),
    );
  });

  test.each([
    ["1", true],
    ["true", true],
    ["yes", true],
    ["0", false],
    ["false", false],
    ["FALSE", false],
    ["no", false],
  ])("read the variable %j as the switch %j", (text, value) => {
    expect(resolveOne(specs.fast, { env: { X_FAST: text } })).toBe(value);
  });

  test("read lists from repeated flags, and from a variable with commas", () => {
    expect(resolveOne(specs.labels, { flags: { "x-label": ["a", "b,c"] } })).toEqual(["a", "b,c"]);
    expect(resolveOne(specs.labels, { env: { X_LABELS: "a, b" } })).toEqual(["a", "b"]);
  });

  test("accept only the choices there are", () => {
    const spec: OptionSpec = { ...specs.note, choices: ["a", "b"] };
    expect(resolveOne(spec, { flags: { "x-note": "b" } })).toBe("b");
    expect(() => resolveOne(spec, { flags: { "x-note": "c" } })).toThrow(/must be one of a, b/);
  });

  test("say where a bad value came from", () => {
    expect(() => resolveOne(specs.memory, { env: { X_MEMORY: "much" } })).toThrow(/\$X_MEMORY is "much"/);
    expect(() => resolveOne(specs.memory, { saved: { one: {} } })).toThrow(/the saved option "one"/);
    expect(() => resolveOne(specs.labels, { saved: { one: [1] } })).toThrow(/a list of texts/);
    expect(() => resolveOne(specs.fast, { saved: { one: 1 } })).toThrow(/true or false/);
    expect(() => resolveOne(specs.note, { saved: { one: 1 } })).toThrow(/a text/);
  });

  test("never show a secret in an error", () => {
    const spec: OptionSpec = { ...specs.memory, secret: true };
    expect(() => resolveOne(spec, { flags: { "x-memory": "hunter2" } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });
});
