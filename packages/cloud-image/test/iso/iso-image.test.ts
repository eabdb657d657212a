import { describe, expect, test } from "vitest";
import { isoImage } from "../../src/iso/iso-image.js";
import { readIso } from "../support/iso-reader.js";

const file = (name: string, text = name) => ({ name, content: Buffer.from(text) });

describe("an ISO image", () => {
  test("is labelled in both of its descriptions, and says its own size", () => {
    const image = isoImage("cidata", [file("user-data")]);
    const read = readIso(image);
    expect(read.labels).toEqual({ primary: "cidata", joliet: "cidata" });
    expect(read.sectors * 2048).toBe(image.length);
  });

  test("has each file under its own name, for Linux and for Windows", () => {
    const files = ["user-data", "meta-data", "größe-日本語-🎉.txt", "MiXed Case.Txt", "x".repeat(64)].map((name) => file(name));
    const { joliet, rockRidge } = readIso(isoImage("cidata", files));
    const byName = (list: readonly { name: string; content: Buffer }[]) =>
      Object.fromEntries(list.map((each) => [each.name, each.content.toString()]));
    const expected = Object.fromEntries(files.map(({ content, name }) => [name, content.toString()]));
    expect(byName(rockRidge)).toEqual(expected);
    expect(byName(joliet)).toEqual(expected);
  });

  test("holds more files than one sector of its folder has room for", () => {
    const names = Array.from({ length: 200 }, (_, index) => `a rather long name, to fill the folder ${index}`);
    const { joliet, rockRidge } = readIso(
      isoImage(
        "cidata",
        names.map((name) => file(name)),
      ),
    );
    expect(rockRidge.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(joliet.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const { content, name } of rockRidge) expect(content.toString()).toBe(name);
  });

  test("holds empty files, and files that fill sectors to the byte", () => {
    const files = [0, 1, 2047, 2048, 2049, 100_000].map((length) => ({ name: `f${length}`, content: Buffer.alloc(length, length) }));
    const { rockRidge } = readIso(isoImage("x", files));
    for (const { content, name } of files) expect(rockRidge.find((each) => each.name === name)?.content.equals(content)).toBe(true);
  });

  test("is the same for the same content", () => {
    expect(isoImage("cidata", [file("a"), file("b")]).equals(isoImage("cidata", [file("a"), file("b")]))).toBe(true);
  });

  test.each(["", "a/b", "a\\b", "a:b", "a;1", "*", "?", "a\n", "a\0", ".", "..", "\ud800", "x".repeat(65), "日".repeat(57)])(
    "refuses the name %j, which not everybody could read",
    (name) => {
      expect(() => isoImage("cidata", [file(name)])).toThrow(RangeError);
    },
  );

  test("refuses two files of one name, and labels it has no room for", () => {
    expect(() => isoImage("cidata", [file("a"), file("a")])).toThrow(RangeError);
    for (const label of ["", "seventeen letters", "größe"]) expect(() => isoImage(label, [])).toThrow(RangeError);
  });
});
