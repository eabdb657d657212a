import { expect, it } from "vitest";
import { defineCommand } from "../../src/command-line/define-command.js";
import { listFlag, switchFlag, textFlag } from "../../src/command-line/flags.js";
import { commandHelp } from "../../src/help/command-help.js";

const command = defineCommand({
  summary: "Feed a machine",
  description: "Machines are fed once a day.",
  examples: ["docker-machine feed dev"],
  args: { name: { description: "Machine name", required: true }, meals: { description: "What it gets", multiple: true } },
  flags: {
    quick: switchFlag({ char: "q", description: "Do it in a hurry" }),
    from: textFlag({ description: "Where the food is", env: "FEED_FROM", default: "fridge" }),
    "with-a-name-that-is-really-very-long": listFlag({ description: "Long" }),
    secret: switchFlag({ description: "Not for everybody", hidden: true }),
  },
  run: async () => undefined,
});

it("Help of a command has its words, flags, defaults and variables, and only names the flags that all commands take", () => {
  expect(commandHelp({ name: "feed", command, width: 100 })).toBe(`Feed a machine

USAGE
  $ docker-machine feed [FLAGS] NAME [MEALS...]

ARGUMENTS
  NAME        Machine name
  [MEALS...]  What it gets

FLAGS
  -q, --quick       Do it in a hurry
      --from=VALUE  Where the food is (default: fridge) [$FEED_FROM]
      --with-a-name-that-is-really-very-long=VALUE...
                    Long

GLOBAL FLAGS
  --debug --storage-path --tls-ca-cert --tls-ca-key --tls-client-cert --tls-client-key
  --github-api-token --native-ssh --bugsnag-api-token --help
  (docker-machine --help explains them)

DESCRIPTION
  Machines are fed once a day.

EXAMPLES
  $ docker-machine feed dev
`);
});

it("Help breaks lines between words where the terminal is narrow", () => {
  const help = commandHelp({ name: "feed", command, width: 40 });
  expect(help).toContain("  --debug --storage-path --tls-ca-cert\n  --tls-ca-key");
  expect(help).toContain("      --from=VALUE  Where the food is\n                    (default: fridge)\n");
});

it("Flags of a driver have a heading of their own", () => {
  const moreFlags = { title: "FLAGS OF THE DRIVER zoo", flags: { "zoo-gate": textFlag({ description: "Gate" }) } };
  expect(commandHelp({ name: "feed", command, moreFlags, width: 100 })).toContain(
    "\n\nFLAGS OF THE DRIVER zoo\n      --zoo-gate=VALUE  Gate\n\n",
  );
});
