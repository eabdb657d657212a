import { expect, test } from "vitest";
import { digestInList } from "../src/checksum-list.js";

const ONE = "1".repeat(64);
const TWO = "2".repeat(64);

test.each([
  ["sha256sum's text", `${TWO}  other.img\n${ONE}  a.img\n`],
  ["sha256sum's binary", `${ONE} *a.img\r\n${TWO} *a.img.manifest\r\n`],
  ["BSD's", `# a.img: 12 bytes\nSHA256 (a.img) = ${ONE}\nSHA256 (b.img) = ${TWO}\n`],
  ["a repeated", `${ONE}  a.img\n${ONE.toUpperCase()} *a.img\n`],
])("finds a checksum in %s form", (_form, list) => {
  expect(digestInList(list, "a.img", "the list")).toBe(`sha256:${ONE}`);
});

test("finds SHA-512", () => {
  expect(digestInList(`${ONE}${TWO}  a.img`, "a.img", "the list")).toBe(`sha512:${ONE}${TWO}`);
});

test.each([
  ["is not in it", `${ONE}  a.img.xz\n${TWO}  b/a.img`, "no checksum"],
  ["has two", `${ONE}  a.img\n${TWO}  a.img`, "several checksums"],
  ["has one of a strange length", `${ONE}12  a.img`, "no checksum"],
])("says that a file %s", (_case, list, problem) => {
  expect(() => digestInList(list, "a.img", "https://example.com/SUMS")).toThrow(
    expect.objectContaining({ code: "IMAGE_CHECKSUM_MISSING", message: expect.stringContaining(problem) }),
  );
});
