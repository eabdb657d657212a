import { expect, test } from "vitest";
import { checkOptions } from "../src/options.js";

const valid = { image: "/images/bookworm", subnet: "10.0.0.0/24", stateDirectory: "/var/lib/machines", stopTimeoutSeconds: 60 };

test("plain absolute paths are accepted", () => {
  expect(() => checkOptions(valid)).not.toThrow();
});

test.each(["images", "/a:b", "/a,b", "/a b", "/a\\b", '/a"b', ""])(
  "%j is refused as a path, since it is used in mount options",
  (image) => {
    expect(() => checkOptions({ ...valid, image })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  },
);
