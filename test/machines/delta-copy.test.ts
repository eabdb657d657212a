import { expect, test } from "vitest";
import { rsyncArguments } from "../../src/machines/delta-copy.js";

const here = (path: string) => ({ machine: undefined, user: undefined, path });

test("rsync is handed this program as its remote shell, and paths it takes for what they are", () => {
  const args = rsyncArguments(
    here("-odd:name"),
    { machine: "dev", user: "me", path: "~/a b" },
    { recursive: true, output: "errors", program: ["/opt/no de/bin/node", "/it's/run.js"] },
  );
  expect(args).toContain("--recursive");
  expect(args).toContain("--rsh='/opt/no de/bin/node' '/it''s/run.js' 'ssh'");
  expect(args.slice(-3)).toEqual(["--", "./-odd:name", "me@dev:./a b"]);
});

test("rsync gets the whole home folder for an empty path, and no folders unless told", () => {
  const args = rsyncArguments({ machine: "dev", user: undefined, path: "" }, here("./a:b"), {
    recursive: false,
    output: "progress",
    program: ["node"],
  });
  expect(args.slice(-3)).toEqual(["--", "dev:.", "./a:b"]);
  expect(args).not.toContain("--recursive");
  expect(args).toContain("--progress");
});
