import { describe, expect, it } from "vitest";
import { listFlag, parsedFlag, switchFlag, textFlag } from "../../src/command-line/flags.js";
import { asksForHelp, parseCommandLine } from "../../src/command-line/parse.js";
import { timeoutFlag } from "../../src/command-line/timeout-flag.js";
import { MachineError } from "../../src/errors.js";

const flags = {
  swarm: switchFlag({ description: "", env: "X_SWARM" }),
  image: textFlag({ description: "", env: "X_IMAGE", default: "swarm:latest" }),
  shell: textFlag({ description: "" }),
  mirror: listFlag({ description: "", env: "X_MIRROR" }),
  timeout: timeoutFlag,
};

function parse(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return parseCommandLine(argv, flags, { env });
}

describe("the value of a flag", () => {
  it("is its default unless it is given", () => {
    expect(parse([]).flags).toEqual({ swarm: false, image: "swarm:latest", shell: undefined, mirror: [], timeout: 10 });
    expect(parse([]).given).toEqual({});
  });

  it("comes from the command line before its variable, and from that before its default", () => {
    expect(parse([], { X_IMAGE: "a" }).flags.image).toBe("a");
    expect(parse(["--image", "b"], { X_IMAGE: "a" }).flags.image).toBe("b");
    expect(parse([], { X_IMAGE: "" }).flags.image).toBe("swarm:latest");
  });

  it("is the last one given, of a flag that takes one", () => {
    expect(parse(["--shell", "a", "--shell=b"]).flags.shell).toBe("b");
    expect(parse(["--swarm", "--swarm=false"]).flags.swarm).toBe(false);
  });

  it("is all that was given, of a list", () => {
    expect(parse(["--mirror", "a", "x", "--mirror=b,c"]).flags.mirror).toEqual(["a", "b,c"]);
    expect(parse([], { X_MIRROR: "a,b" }).flags.mirror).toEqual(["a", "b"]);
    expect(parse(["--mirror", "c"], { X_MIRROR: "a,b" }).flags.mirror).toEqual(["c"]);
  });

  it.each(["1", "t", "TRUE", "true", "True"])("of a switch may be written %s", (text) => {
    expect(parse([`--swarm=${text}`]).flags.swarm).toBe(true);
    expect(parse([], { X_SWARM: text }).flags.swarm).toBe(true);
  });

  it("of a timeout is in seconds", () => {
    expect(parse(["-t", "0.5"]).flags.timeout).toBe(0.5);
  });
});

it("what was typed is told from what comes from variables and defaults", () => {
  expect(parse(["--shell", "sh", "dev"], { X_IMAGE: "a" })).toMatchObject({ given: { shell: "sh" }, words: ["dev"] });
});

describe("a command line that can't be read", () => {
  it.each([
    [["--bogus"], {}, "There is no flag --bogus here."],
    [["--shell"], {}, "The flag --shell needs a value."],
    [["--swarm=maybe"], {}, '--swarm is "maybe", but it must be true or false.'],
    [[], { X_SWARM: "maybe" }, '$X_SWARM is "maybe", but it must be true or false.'],
    [["-t", "abc"], {}, '--timeout is "abc", but it must be a number of seconds above 0.'],
    [["-t", "-1"], {}, '--timeout is "-1", but it must be a number of seconds above 0.'],
    [["-t="], {}, '--timeout is "", but it must be a number of seconds above 0.'],
  ])("%j %j", (argv, env, message) => {
    expect(() => parse(argv, env)).toThrow(expect.objectContaining({ code: "ARGUMENTS_INVALID", message }));
  });

  it("says which variable a bad value came from", () => {
    const size = parsedFlag({
      description: "",
      env: "X_SIZE",
      default: 1,
      read: (): number => {
        throw new MachineError("ARGUMENTS_INVALID", "it must be small.");
      },
    });
    expect(() => parseCommandLine([], { size }, { env: { X_SIZE: "huge" } })).toThrow('$X_SIZE is "huge", but it must be small.');
  });
});

it("flags that are known later are left out", () => {
  const parsed = parseCommandLine(["--acme-size=3", "dev", "--shell", "sh"], flags, { env: {}, unknownFlags: "leave-out" });
  expect(parsed).toMatchObject({ given: { shell: "sh" }, words: ["dev"] });
});

it.each([
  [["--help"], true],
  [["dev", "-h"], true],
  [["--bogus", "--help"], true],
  [["--shell", "--help"], false],
  [["--", "--help"], false],
])("%j asks for help: %s", (argv, expected) => {
  expect(asksForHelp(argv, { ...flags, help: switchFlag({ char: "h", description: "" }) })).toBe(expected);
});
