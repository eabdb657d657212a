import { expect, it } from "vitest";
import { findCommand } from "../../src/command-line/find-command.js";

const known = new Set(["ls", "ssh", "driver list", "driver orphans"]);

function find(line: string) {
  return findCommand(line.split(" "), (name) => known.has(name));
}

it.each([
  ["ls -q", "ls", ["-q"]],
  ["-s /x ls -q", "ls", ["-s", "/x", "-q"]],
  ["--storage-path=/x --debug ls", "ls", ["--storage-path=/x", "--debug"]],
  ["-D driver list --json", "driver list", ["-D", "--json"]],
  ["--bugsnag-api-token=no-report ssh dev ls -la", "ssh", ["--bugsnag-api-token=no-report", "dev", "ls", "-la"]],
  ["ssh -- dev", "ssh", ["--", "dev"]],
  ["--bogus ls", "ls", ["--bogus"]],
  ["driver orphans acme --remove", "driver orphans", ["acme", "--remove"]],
  ["-D driver acme orphans --remove", "driver orphans", ["-D", "acme", "--remove"]],
  ["driver --json orphans", undefined, ["driver", "--json", "orphans"]],
])("%s: the command, and what it takes", (line, name, argv) => {
  expect(find(line)).toMatchObject({ name, argv });
});

it.each([
  ["-D plugins install x --force", ["plugins", "install", "x", "--force"], ["-D"]],
  ["driver", ["driver"], []],
  ["--help", [], ["--help"]],
])("%s: not a command of ours", (line, argv, globals) => {
  expect(find(line)).toEqual({ name: undefined, argv, globals });
});
