import { expect, it } from "vitest";
import { listFlag, switchFlag, textFlag } from "../../src/command-line/flags.js";
import { type Token, tokenize } from "../../src/command-line/tokens.js";

const flags = {
  quiet: switchFlag({ char: "q", description: "" }),
  format: textFlag({ char: "f", description: "" }),
  filter: listFlag({ description: "" }),
};

/** `-q`, `format=x`, `?--bogus`, `word`: short forms of the tokens. */
function shortly(tokens: readonly Token[]): string[] {
  return tokens.map((token) => {
    if (token.kind === "word") return token.text;
    if (token.kind === "unknown") return `?${token.typed}`;
    return token.value === undefined ? `!${token.name}` : `!${token.name}=${token.value}`;
  });
}

it.each([
  ["-q", ["!quiet"]],
  ["--quiet dev", ["!quiet", "dev"]],
  ["dev --quiet", ["dev", "!quiet"]],
  ["-quiet", ["!quiet"]],
  ["--quiet=false", ["!quiet=false"]],
  ["-f x dev", ["!format=x", "dev"]],
  ["-format x", ["!format=x"]],
  ["--format=a=b", ["!format=a=b"]],
  ["-f=x", ["!format=x"]],
  ["--format -q", ["!format=-q"]],
  ["--format", ["!format"]],
  ["--filter name=a --filter state=b", ["!filter=name=a", "!filter=state=b"]],
  ["--bogus x", ["?--bogus", "x"]],
  ["--bogus=x", ["?--bogus"]],
  ["-qf x", ["?-qf", "x"]],
  ["--constructor", ["?--constructor"]],
  ["- dev", ["-", "dev"]],
  ["-- -q", ["-q"]],
  ["dev -- --format x", ["dev", "--format", "x"]],
])("%s", (line, expected) => {
  expect(shortly(tokenize(line.split(" "), flags))).toEqual(expected);
});

it.each([
  ["dev ls -q", ["dev", "ls", "-q"]],
  ["-q dev ls -q", ["!quiet", "dev", "ls", "-q"]],
  ["dev -- ls -q", ["dev", "ls", "-q"]],
  ["dev ls -- -q", ["dev", "ls", "--", "-q"]],
  ["-- dev -q", ["dev", "-q"]],
])("with flags that end behind the first word: %s", (line, expected) => {
  expect(shortly(tokenize(line.split(" "), flags, "after-first-word"))).toEqual(expected);
});

it("says where in the command line each token begins", () => {
  expect(tokenize(["-f", "x", "a", "--", "b"], flags).map(({ at }) => at)).toEqual([0, 2, 4]);
});
