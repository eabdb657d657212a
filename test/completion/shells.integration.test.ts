import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";

const bin = fileURLToPath(new URL("../../bin", import.meta.url));

/** What a shell runs after its start-up file, with the words to complete as arguments. */
const ASK = {
  bash: `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); \${COMPLETER:-$(complete -p docker-machine | sed 's/.*-F \\([^ ]*\\) .*/\\1/')}; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside of its line editor, zsh has no compadd: what is added is printed.
  zsh: `compadd() { local name=$@[-1]; print -l -- \${(P)name} }; _files() { print FILES }; words=("$@"); CURRENT=$#; $_comps[docker-machine]`,
  fish: `complete -C (string join ' ' -- $argv)`,
} as const;

type Shell = keyof typeof ASK;

let cli: Cli;

beforeAll(async () => {
  cli = await Cli.create();
  // There zsh keeps what it found out about its functions.
  await mkdir(cli.env.HOME ?? "");
  cli.env.PATH = [bin, cli.env.PATH].join(delimiter);
  for (const name of ["dev", "deep", "prod"]) await succeed("create", "-d", "none", "--url", "tcp://127.0.0.1:1", name);
  for (const shell of ["bash", "zsh"]) {
    expect(await succeed("autocomplete", shell)).toContain(`docker-machine autocomplete script ${shell}`);
    await writeFile(join(cli.directory, `rc.${shell}`), await succeed("autocomplete", "script", shell));
  }
  expect(await succeed("autocomplete", "fish")).toContain("docker-machine autocomplete script fish");
  await writeFile(join(cli.directory, "rc.fish"), await succeed("autocomplete", "script", "fish"));
});

afterAll(() => cli?.[Symbol.asyncDispose]());

async function succeed(...args: string[]): Promise<string> {
  const result = await cli.run(args);
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

/** What the shell offers for the last word, sorted. */
async function offered(shell: Shell, ...words: string[]): Promise<string[]> {
  const source = `source ${join(cli.directory, `rc.${shell}`)}`;
  const script = `${source}\n${ASK[shell]}`;
  const all = ["docker-machine", ...words];
  const args =
    shell === "fish"
      ? ["--no-config", "-c", script, ...all]
      : shell === "zsh"
        ? ["-f", "-c", script, "zsh", ...all]
        : ["--norc", "-c", script, "bash", ...all];
  const { stdout } = await promisify(execFile)(shell, args, { env: cli.env, cwd: cli.directory });
  return stdout
    .split("\n")
    .map((line) => line.split("\t")[0]?.trim() ?? "")
    .filter((line) => line !== "")
    .sort();
}

describe.each(["bash", "zsh", "fish"] as const)("%s completes", (shell) => {
  it("commands", async () => {
    expect(await offered(shell, "ss")).toEqual(["ssh"]);
    expect(await offered(shell, "")).toEqual(expect.arrayContaining(["create", "driver", "ls", "plugins", "start"]));
    expect(await offered(shell, "")).not.toContain("complete");
    expect(await offered(shell, "driver", "un")).toEqual(["uninstall", "unlink"]);
    expect(await offered(shell, "-D", "st")).toEqual(["start", "status", "stop"]);
  });

  it("machine names, and each once where several are taken", async () => {
    expect(await offered(shell, "stop", "")).toEqual(["deep", "dev", "prod"]);
    expect(await offered(shell, "stop", "dev", "")).toEqual(["deep", "prod"]);
    expect(await offered(shell, "inspect", "de")).toEqual(["deep", "dev"]);
    expect(await offered(shell, "rm", "-f", "p")).toEqual(["prod"]);
    expect(await offered(shell, "-s", join(cli.directory, "empty"), "stop", "")).toEqual([]);
  });

  it("driver names", async () => {
    expect(await offered(shell, "create", "-d", "")).toEqual(["amazonec2", "generic", "none", "qemu", "virtualbox"]);
    expect(await offered(shell, "create", "--driver", "no")).toEqual(["none"]);
    expect(await offered(shell, "driver", "info", "g")).toEqual(["generic"]);
  });

  it("flags, those of the driver too", async () => {
    expect(await offered(shell, "ls", "--fi")).toEqual(["--filter"]);
    expect(await offered(shell, "create", "-d", "none", "--ur")).toEqual(["--url"]);
    expect(await offered(shell, "create", "-d", "generic", "--generic-ip")).toEqual(["--generic-ip-address"]);
    expect(await offered(shell, "--storage")).toEqual(["--storage-path"]);
  });
});

describe("bash", () => {
  it("completes a value behind =, which it takes for a word of its own", async () => {
    expect(await offered("bash", "create", "--driver", "=", "ge")).toEqual(["generic"]);
    expect(await offered("bash", "create", "--driver", "=")).toEqual(["amazonec2", "generic", "none", "qemu", "virtualbox"]);
  });

  it("has the commands and flags of plugins from @oclif/plugin-autocomplete", async () => {
    expect(await offered("bash", "plugins", "lin")).toEqual(["link"]);
    expect(await offered("bash", "plugins", "install", "--ver")).toEqual(["--verbose"]);
  });
});
