import { expect, it } from "vitest";
import { defineCommand } from "../../src/command-line/define-command.js";
import { switchFlag, textFlag } from "../../src/command-line/flags.js";
import { candidates } from "../../src/completion/candidates.js";

const run = async () => undefined;
const commands = {
  stop: defineCommand({ summary: "", args: { names: { description: "", completes: "machines", multiple: true } }, run }),
  "driver info": defineCommand({ summary: "", args: { name: { description: "", completes: "drivers" } }, run }),
  make: defineCommand({
    summary: "",
    args: { name: { description: "" } },
    flags: {
      driver: textFlag({ char: "d", description: "", completes: "drivers" }),
      file: textFlag({ description: "" }),
      fast: switchFlag({ description: "" }),
      hidden: switchFlag({ description: "", hidden: true }),
    },
    run,
  }),
  ssh: defineCommand({
    summary: "",
    args: { words: { description: "", completes: "machines", multiple: true } },
    flagsEnd: "after-first-word",
    run,
  }),
  scp: defineCommand({
    summary: "",
    args: { source: { description: "", completes: "machine-paths" }, target: { description: "", completes: "machine-paths" } },
    run,
  }),
};

const sources = {
  commands: Object.keys(commands),
  others: ["plugins", "driver bless"],
  load: async (name: string) => commands[name as keyof typeof commands],
  names: async (kind: "machines" | "drivers") => (kind === "machines" ? ["deep", "dev"] : ["generic", "none"]),
  moreFlags: async (name: string, argv: readonly string[]) =>
    name === "make" && argv.includes("none") ? { url: textFlag({ description: "" }) } : {},
};

it.each([
  { typed: [""], offers: ["driver", "make", "plugins", "scp", "ssh", "stop"] },
  { typed: ["s"], offers: ["scp", "ssh", "stop"] },
  { typed: ["--debug", "sto"], offers: ["stop"] },
  { typed: ["--stor"], offers: ["--storage-path"] },
  { typed: ["driver", ""], offers: ["bless", "info"] },
  { typed: ["driver", "info", ""], offers: ["generic", "none"] },
  { typed: ["driver", "info", "none", ""], offers: [] },
  { typed: ["stop", "de"], offers: ["deep", "dev"] },
  { typed: ["stop", "dev", ""], offers: ["deep"] },
  { typed: ["stop", "--", ""], offers: ["deep", "dev"] },
  { typed: ["make", "--f"], offers: ["--file", "--fast"] },
  { typed: ["make", "--h"], offers: ["--help"] },
  { typed: ["make", "-d", ""], offers: ["generic", "none"] },
  { typed: ["make", "--driver=n"], offers: ["--driver=none"] },
  { typed: ["make", "--driver", "=", "n"], offers: ["none"] },
  { typed: ["make", "--driver", "="], offers: ["generic", "none"] },
  { typed: ["make", "-d", "none", "--u"], offers: ["--url"] },
  { typed: ["ssh", "d"], offers: ["deep", "dev"] },
  { typed: ["scp", "de"], offers: ["deep:", "dev:"] },
])("$typed becomes $offers", async ({ typed, offers }) => {
  expect(await candidates(typed, sources)).toEqual(offers);
});

it.each([
  { what: "a file", typed: ["make", "--file", ""] },
  { what: "a folder", typed: ["--storage-path", ""] },
  { what: "a new name", typed: ["make", "ne"] },
  { what: "a command over there", typed: ["ssh", "dev", "l"] },
  { what: "a flag of a command over there", typed: ["ssh", "dev", "-"] },
  { what: "a path over there", typed: ["scp", "dev", ":", "/et"] },
  { what: "a file here, behind a path over there", typed: ["scp", "dev", ":", "/etc", "x"] },
  { what: "words of a plugin's command", typed: ["bless", "x", ""] },
])("$what is left to others: $typed", async ({ typed }) => {
  expect(await candidates(typed, sources)).toBeUndefined();
});
