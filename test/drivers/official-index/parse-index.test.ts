import { describe, expect, test } from "vitest";
import { parseIndex } from "../../../src/drivers/official-index/parse-index.js";
import { errorOf } from "../../support/error-of.js";
import { indexEntry, indexText } from "../../support/signed-index.js";

const read = (text: string) => parseIndex(text, "The driver index of the test");

describe("An index", () => {
  test("is read with its sources parsed, and what it doesn't say left out", () => {
    const npm = { source: "npm:docker-machine-driver-acme", form: "package", platforms: ["linux-x64"] };
    const end = { reason: "its provider is gone", successor: "other" };
    const text = indexText({ revision: 7, drivers: [indexEntry("acme", { sources: [npm], aliases: ["acme2"], deprecated: end })] });
    expect(read(text)).toEqual({
      revision: 7,
      updatedAt: "2026-01-31",
      drivers: [
        {
          name: "acme",
          summary: "Machines of acme",
          delivery: "fetched",
          aliases: ["acme2"],
          sources: [{ source: { kind: "npm", package: "docker-machine-driver-acme" }, form: "package", platforms: ["linux-x64"] }],
          deprecated: end,
        },
      ],
    });
  });

  test("may have fields that this program doesn't know", () => {
    expect(read(indexText({ drivers: [indexEntry("acme", { stars: 5 })] })).drivers).toHaveLength(1);
  });

  test("of a newer format is refused with the update that reads it", async () => {
    const error = await errorOf(() => read(indexText({ formatVersion: 2 })));
    expect(error).toMatchObject({ code: "INDEX_VERSION_UNSUPPORTED", message: expect.stringContaining("the format version 2") });
  });
});

describe("What an index must not hold is refused, naming it:", () => {
  const source = (text: unknown) => indexText({ drivers: [indexEntry("acme", { sources: [{ source: text, form: "program" }] })] });
  test.each<[what: string, text: string, named: string]>([
    ["no JSON", "<html>", "not JSON"],
    ["no object", "[]", "not a JSON object"],
    ["no revision", indexText({ revision: 0 }), "revision"],
    ["no day", indexText({ updatedAt: "yesterday" }), "day"],
    ["another format", indexText({ formatVersion: "1" }), "format version"],
    ["a driver that is none", JSON.stringify({ ...JSON.parse(indexText()), drivers: [3] }), "entry 1"],
    ["a name like a path", indexText({ drivers: [indexEntry("../x")] }), '"../x"'],
    ["a name of JavaScript's", indexText({ drivers: [indexEntry("__proto__")] }), "__proto__"],
    ["a name in look-alike letters", indexText({ drivers: [indexEntry("nоne")] }), "nоne"],
    ["a name twice", indexText({ drivers: [indexEntry("acme"), indexEntry("acme")] }), '"acme" twice'],
    ["an alias that is a name", indexText({ drivers: [indexEntry("acme"), indexEntry("b", { aliases: ["acme"] })] }), '"acme" twice'],
    ["a shipped driver's name for another", indexText({ drivers: [indexEntry("generic")] }), '"generic" is kept'],
    [
      "a shipped driver's name as an alias",
      indexText({ drivers: [indexEntry("acme", { aliases: ["amazonec2"] })] }),
      '"amazonec2" is kept',
    ],
    ["a driver from nowhere", indexText({ drivers: [indexEntry("acme", { sources: [] })] }), "0 sources"],
    ["a planned driver with a source", indexText({ drivers: [indexEntry("acme", { delivery: "planned" })] }), "planned"],
    ["another delivery", indexText({ drivers: [indexEntry("acme", { delivery: "by-mail" })] }), "by-mail"],
    ["another form", indexText({ drivers: [indexEntry("acme", { sources: [{ source: "a/b", form: "script" }] })] }), "script"],
    ["a folder as source", source("./x"), "./x"],
    ["a tarball as source", source("https://example.com/x.tgz"), "x.tgz"],
    ["a source without encryption", source("git+http://example.com/a/b.git"), "http:"],
    ["a source with a password", source("https://me:secret@example.com/a/b"), "no repository"],
    ["a source that is no text", source(5), "a source"],
    ["a withdrawal without a reason", indexText({ drivers: [indexEntry("acme", { withdrawn: true })] }), "withdrawn"],
    [
      "a successor to be pasted into a shell",
      indexText({ drivers: [indexEntry("a", { deprecated: { reason: "old", successor: "; rm" } })] }),
      "; rm",
    ],
  ])("%s", async (_, text, named) => {
    const error = await errorOf(() => read(text));
    expect(error.code).toBe("INDEX_INVALID");
    expect(error.message).toContain(named);
  });
});
