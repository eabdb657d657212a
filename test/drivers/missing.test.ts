import { expect, test } from "vitest";
import { missingError } from "../../src/drivers/missing.js";

test("the command that installs a missing driver names the source that the machine remembers, else the package of that name", () => {
  const remembered = missingError({ name: "acme", source: "github.com/my-org/my-repo@^1.2" });
  expect(remembered.suggestions).toEqual(["docker-machine driver install github.com/my-org/my-repo@^1.2"]);
  expect(missingError({ name: "acme", source: undefined }).suggestions).toEqual([
    "docker-machine driver install npm:docker-machine-driver-acme",
  ]);
});

test.each(["x; rm -rf ~", "$(touch /tmp/pwned)", "a`id`", "a\nb", "-rf", "a b", "a'b", 'a"b', "a|b", "a&b", "a>b", ""])(
  "a config.json from elsewhere can't put %j into a command to be pasted",
  (source) => {
    expect(missingError({ name: "acme", source }).suggestions).toEqual(["docker-machine driver install SOURCE"]);
  },
);
