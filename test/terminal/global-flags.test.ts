import { expect, it } from "vitest";
import { moveGlobalFlags } from "../../src/terminal/global-flags.js";

const words = (rest: readonly string[]) => (rest[0] === "driver" ? 2 : 1);

it.each([
  [["ls"], ["ls"]],
  [
    ["-D", "ls", "-q"],
    ["ls", "-D", "-q"],
  ],
  [
    ["-s", "/x", "--debug", "driver", "list", "--json"],
    ["driver", "list", "-s", "/x", "--debug", "--json"],
  ],
  [
    ["--storage-path=/x", "ls"],
    ["ls", "--storage-path=/x"],
  ],
  [
    ["--bugsnag-api-token=no-report", "create", "--driver", "none", "a"],
    ["create", "--bugsnag-api-token=no-report", "--driver", "none", "a"],
  ],
  [["--help"], ["--help"]],
  [[], []],
])("moves the global flags of %j behind the command", (argv, expected) => {
  expect(moveGlobalFlags(argv, words)).toEqual(expected);
});
