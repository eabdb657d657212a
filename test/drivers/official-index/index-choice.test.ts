import { expect, test } from "vitest";
import { chooseSource, deprecationWarning } from "../../../src/drivers/official-index/index-choice.js";
import type { IndexEntry } from "../../../src/drivers/official-index/index-entry.js";
import { parseIndex } from "../../../src/drivers/official-index/parse-index.js";
import { formatSource } from "../../../src/drivers/source/source.js";
import { errorOf } from "../../support/error-of.js";
import { indexEntry, indexText } from "../../support/signed-index.js";

const LINUX = { platform: "linux", architecture: "x64" } as const;
const SOURCES = [
  { source: "npm:docker-machine-driver-acme", form: "package", platforms: ["darwin", "linux-arm64"] },
  { source: "github.com/acme/driver", form: "program", platforms: ["linux"] },
];

function entry(more: Readonly<Record<string, unknown>>): IndexEntry {
  const [found] = parseIndex(indexText({ drivers: [indexEntry("acme", more)] }), "The driver index of the test").drivers;
  if (found === undefined) throw new Error("no entry");
  return found;
}

test.each([
  [LINUX, "https://github.com/acme/driver"],
  [{ platform: "linux", architecture: "arm64" }, "npm:docker-machine-driver-acme"],
  [{ platform: "darwin", architecture: "x64" }, "npm:docker-machine-driver-acme"],
] as const)("on %o a name leads to the first source that works there", (on, source) => {
  expect(formatSource(chooseSource(entry({ sources: SOURCES }), on).source)).toContain(source.replace("https://", ""));
});

test("a driver for other platforms is refused with what it works on", async () => {
  const error = await errorOf(() => chooseSource(entry({ sources: SOURCES }), { platform: "win32", architecture: "x64" }));
  expect(error).toMatchObject({ code: "DRIVER_PLATFORM_UNSUPPORTED", message: expect.stringContaining("darwin, linux-arm64, linux") });
});

test("a withdrawn driver is refused with the reason, and what to use instead", async () => {
  const withdrawn = { reason: "it was taken over in May", successor: "acme-next" };
  expect(await errorOf(() => chooseSource(entry({ withdrawn }), LINUX))).toMatchObject({
    code: "DRIVER_WITHDRAWN",
    message: expect.stringContaining("it was taken over in May"),
    suggestions: ["Use this one instead: acme-next"],
  });
});

test("a planned driver says that it is to come", async () => {
  expect((await errorOf(() => chooseSource(entry({ delivery: "planned", sources: [] }), LINUX))).code).toBe("DRIVER_PLANNED");
});

test("a deprecated driver is chosen, with a warning that names its successor", () => {
  const deprecated = { reason: "its repository is archived", successor: "acme-next" };
  expect(chooseSource(entry({ deprecated }), LINUX).form).toBe("program");
  expect(deprecationWarning(entry({ deprecated }))).toBe(
    'The driver "acme" is deprecated: its repository is archived. Use this one instead: acme-next',
  );
  expect(deprecationWarning(entry({}))).toBeUndefined();
});
