import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";
import { type RecordedCase, readRecording } from "./recorded-case.js";
import { commandFlags, commandOf, type RecordedFlag, recordedCommands, recordedFlags } from "./recorded-help.js";

/** The Go program's default driver, whose flags `create --help` shows too, is not there yet. */
const OF_THE_DEFAULT_DRIVER = /^--virtualbox-/;
const HAS_NO_DEFAULT_YET = ["--driver"];
/** Drivers of the Go program that are not shipped, and that no test can get: they bring their flags when they are installed. */
const NOT_SHIPPED = /^create_-d_(?:amazonec2|azure|digitalocean|exoscale|google|hyperv|openstack|rackspace|softlayer|vmware\w+)_--help$/;

const recordings = await readRecording("help");
const program = recordings.find(({ name }) => name === "_abs_path_help") as RecordedCase;
const commandHelps = recordings.filter(({ exitCode, name, args }) => exitCode === 0 && args.length > 1 && !NOT_SHIPPED.test(name));

const commands = commandFlags(recordings).map(({ name }) => name);

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
});
afterAll(() => cli?.[Symbol.asyncDispose]());

const helpCache = new Map<string, Promise<string>>();
function ourHelp(args: readonly string[]): Promise<string> {
  const key = args.join(" ");
  const shown = helpCache.get(key) ?? cli.run(args).then((result) => expectHelp(result).stdout);
  helpCache.set(key, shown);
  return shown;
}

function expectHelp(result: Awaited<ReturnType<Cli["run"]>>) {
  expect(result, result.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  return result;
}

/** Help breaks lines where it likes. */
const unbroken = (text: string) => text.replace(/\s+/g, " ");

describe("help", () => {
  it("lists every command of the Go program", async () => {
    const shown = await ourHelp(["--help"]);
    for (const name of recordedCommands(program)) expect(shown).toMatch(new RegExp(`^\\s+${name}\\s`, "m"));
  });

  it.each(commandHelps)("$args is answered, and names each flag, its short form, default and variable", async (help) => {
    const shown = unbroken(await ourHelp(help.args));
    expect(shown).toContain(commandOf(help));
    for (const flag of recordedFlags(help).filter(({ long }) => !OF_THE_DEFAULT_DRIVER.test(long))) expectShown(shown, flag);
  });

  it("of the whole program names the global flags and their variables", async () => {
    const shown = unbroken(await ourHelp(["--help"]));
    for (const flag of recordedFlags(program)) expectShown(shown, { ...flag, default: undefined });
  });

  it.each(commands)("is the same however %s is asked for it", async (name) => {
    const shown = await ourHelp([name, "--help"]);
    for (const args of [
      [name, "-h"],
      ["help", name],
    ]) {
      expect(await ourHelp(args)).toBe(shown);
    }
  });

  it("of a driver that is not there fails, with what installs it", async () => {
    const bogus = recordings.find(({ name }) => name === "create_-d_bogus_--help") as RecordedCase;
    const result = await cli.run(bogus.args);
    expect(result).toMatchObject({ exitCode: bogus.exitCode, stdout: bogus.stdout });
    expect(result.stderr).toContain("docker-machine driver install");
  });

  function expectShown(shown: string, flag: RecordedFlag) {
    expect(shown).toMatch(new RegExp(`(?<![\\w-])${flag.long}(?![\\w-])`));
    if (flag.short !== undefined) expect(shown).toMatch(new RegExp(`(?<![\\w-])${flag.short}(?![\\w-])`));
    if (flag.env !== undefined) expect(shown).toMatch(new RegExp(`\\b${flag.env}\\b`));
    if (flag.default !== undefined && !HAS_NO_DEFAULT_YET.includes(flag.long)) expect(shown).toContain(flag.default);
  }
});

describe("version", () => {
  it.each([["--version"], ["-v"], ["version"]])("%s prints one line", async (word) => {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await cli.run([word])).toMatchObject({ exitCode: 0, stdout: `docker-machine version ${version}\n`, stderr: "" });
  });
});
