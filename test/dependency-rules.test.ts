import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const SDK = "@docker-machine/driver-sdk";

interface WrongFile {
  readonly path: string;
  readonly text: string;
}

/** For each rule a file that breaks it. */
const WRONG: Readonly<Record<string, WrongFile>> = {
  "machines-imports-only-what-is-below-it": { path: "src/machines/wrong.ts", text: `import "../main.js";` },
  "drivers-imports-only-what-is-below-it": { path: "src/drivers/wrong.ts", text: `import "../machines/right.js";` },
  "provision-imports-only-what-is-below-it": { path: "src/provision/wrong.ts", text: `import "../drivers/right.js";` },
  "terminal-imports-only-what-is-below-it": { path: "src/terminal/wrong.ts", text: `import "../provision/right.js";` },
  "store-imports-only-what-is-below-it": { path: "src/store/wrong.ts", text: `import "../ssh/right.js";` },
  "ssh-imports-only-what-is-below-it": { path: "src/ssh/wrong.ts", text: `import "../engine/right.js";` },
  "certificates-imports-only-what-is-below-it": { path: "src/certificates/wrong.ts", text: `import "../store/right.js";` },
  "engine-imports-only-what-is-below-it": { path: "src/engine/wrong.ts", text: `import "../certificates/right.js";` },
  "files-imports-only-what-is-below-it": { path: "src/files/wrong.ts", text: `import "../store/right.js";` },
  "process-imports-only-what-is-below-it": { path: "src/process/wrong.ts", text: `import "../files/right.js";` },
  "settings-imports-only-what-is-below-it": { path: "src/settings.ts", text: `import "./store/right.js";` },
  "plugins-imports-only-what-is-below-it": { path: "src/plugins/wrong.ts", text: `import "../terminal/right.js";` },
  "hooks-imports-only-what-is-below-it": { path: "src/hooks.ts", text: `import "./files/right.js";` },
  "nearest-imports-only-what-is-below-it": { path: "src/nearest.ts", text: `import "./files/right.js";` },
  "errors-imports-only-what-is-below-it": { path: "src/errors.ts", text: `import "./files/right.js";` },
  "machine-config-is-only-types-elsewhere": { path: "src/ssh/config.ts", text: `import "../store/machine-config.js";` },
  "only-commands-and-the-composition-use-the-terminal": { path: "src/machines/printer.ts", text: `import "../terminal/right.js";` },
  "template-imports-only-what-is-below-it": { path: "src/template/wrong.ts", text: `import "../files/right.js";` },
  "only-commands-and-the-terminal-use-templates": { path: "src/machines/template.ts", text: `import "../template/right.js";` },
  "templates-need-nothing": { path: "src/template/needy.ts", text: `import "semver";` },
  "templates-are-read-when-needed": { path: "src/commands/eager.ts", text: `import "../template/right.js";` },
  "only-the-table-imports-commands": { path: "src/main.ts", text: `import "./commands/right.js";` },
  "command-line-imports-only-what-is-below-it": { path: "src/command-line/wrong.ts", text: `import "../files/right.js";` },
  "oclif-is-loaded-when-needed": { path: "src/help.ts", text: `import "./oclif/right.js";` },
  "npm-registry-fetch-has-one-place": { path: "src/drivers/fetch.ts", text: `await import("npm-registry-fetch");` },
  "npmcli-agent-has-one-place": { path: "src/drivers/agent.ts", text: `await import("@npmcli/agent");` },
  "npmcli-arborist-has-one-place": { path: "src/drivers/tree.ts", text: `await import("@npmcli/arborist");` },
  "npmcli-config-has-one-place": { path: "src/drivers/rc.ts", text: `await import("@npmcli/config");` },
  "sigstore-has-one-place": { path: "src/drivers/proof.ts", text: `await import("@sigstore/verify");` },
  "ssh2-has-one-place": { path: "src/provision/shell.ts", text: `await import("ssh2");` },
  "log-update-has-one-place": { path: "src/commands/live.ts", text: `await import("log-update");` },
  "node-forge-has-one-place": { path: "src/ssh/forge.ts", text: `await import("node-forge");` },
  "oclif-core-has-one-place": { path: "src/machines/flags.ts", text: `import "@oclif/core";` },
  "heavy-libraries-are-imported-when-needed": { path: "src/ssh/eager.ts", text: `import "ssh2";` },
  "the-core-takes-packages-by-their-name": { path: "src/deep.ts", text: `import "../packages/driver-sdk/src/index.js";` },
  "the-sdk-needs-nothing": { path: "packages/driver-sdk/src/wrong.ts", text: `import "semver";` },
  "a-driver-imports-the-sdk-and-its-vendors-library": {
    path: "packages/driver-none/src/wrong.ts",
    text: `import "../../driver-generic/src/right.js";`,
  },
  "a-drivers-tests-import-what-stands-for-the-outside": {
    path: "packages/driver-none/test/wrong.ts",
    text: `import "../../../src/files/right.js";`,
  },
  "an-example-imports-the-sdk-only": { path: "examples/sample/src/wrong.ts", text: `import "../../../src/files/right.js";` },
  "a-driver-takes-the-sdk-by-its-name": {
    path: "packages/driver-none/src/deep.ts",
    text: `import "../../driver-sdk/src/index.js";`,
  },
  "no-cycles": { path: "src/process/round.ts", text: `import "./turn.js";` },
  "no-orphans": { path: "src/files/alone.ts", text: "export const alone = 1;" },
  "imports-resolve": { path: "src/files/lost.ts", text: `import "./nowhere.js";` },
  "imports-are-in-package-json": { path: "src/files/unlisted.ts", text: `import "unlisted";` },
  "what-is-not-bundled-is-a-dependency": { path: "packages/driver-none/src/dev.ts", text: `import "tool";` },
};

/** What every file above may lean on, none of it wrong. */
const RIGHT: readonly WrongFile[] = [
  { path: "packages/driver-sdk/src/index.ts", text: `import "node:os";` },
  { path: "packages/driver-sdk/dist/index.js", text: "" },
  { path: "packages/driver-none/src/right.ts", text: `import "${SDK}"; import "vendor";` },
  { path: "packages/driver-generic/src/right.ts", text: `import "${SDK}";` },
  { path: "examples/sample/src/right.ts", text: `import "${SDK}";` },
  { path: "src/process/turn.ts", text: `import "./round.js";` },
  { path: "src/store/machine-config.ts", text: `import "${SDK}";` },
  { path: "src/store/right.ts", text: `import "../files/right.js";` },
  { path: "src/files/right.ts", text: `import "node:fs";` },
  { path: "src/ssh/right.ts", text: `await import("ssh2"); import type {} from "../store/machine-config.js";` },
  { path: "src/engine/right.ts", text: `import "../files/right.js";` },
  { path: "src/certificates/right.ts", text: `await import("node-forge");` },
  { path: "src/provision/right.ts", text: `import "../ssh/right.js"; import "../certificates/right.js"; import "../engine/right.js";` },
  { path: "src/drivers/npm/npm-registry.ts", text: `import "npm-registry-fetch";` },
  { path: "src/drivers/npm/npm-settings.ts", text: `import "@npmcli/config";` },
  { path: "src/drivers/npm/arborist-tree.ts", text: `import "@npmcli/arborist";` },
  { path: "src/drivers/git-hosts/http-connection.ts", text: `import "@npmcli/agent";` },
  { path: "src/drivers/signatures/attestations.ts", text: `import "@sigstore/verify";` },
  {
    path: "src/drivers/npm/npm-client.ts",
    text: `await import("./npm-registry.js"); await import("./npm-settings.js"); await import("./arborist-tree.js"); await import("../signatures/attestations.js"); await import("../git-hosts/http-connection.js");`,
  },
  { path: "src/drivers/right.ts", text: `import "./npm/npm-client.js"; import "../store/right.js"; import "semver";` },
  { path: "src/machines/right.ts", text: `import "../drivers/right.js"; import "../provision/right.js";` },
  { path: "src/terminal/right.ts", text: `import "../machines/right.js";` },
  { path: "src/template/right.ts", text: `import "../errors.js";` },
  { path: "src/terminal/inspect-template.ts", text: `import "../template/right.js";` },
  { path: "src/context.ts", text: `import "./terminal/right.js"; import "./machines/right.js";` },
  {
    path: "src/commands/right.ts",
    text: `import "../command-line/right.js"; import "../context.js"; import "../terminal/right.js"; await import("../template/right.js");`,
  },
  { path: "src/command-line/right.ts", text: `import "../context.js"; import "../terminal/right.js";` },
  { path: "src/command-table.ts", text: `await import("./commands/right.js");` },
  { path: "src/oclif/right.ts", text: `import "@oclif/core"; import "../command-table.js";` },
];

const LISTED = [
  "npm-registry-fetch",
  "@npmcli/agent",
  "@npmcli/arborist",
  "@npmcli/config",
  "@sigstore/verify",
  "ssh2",
  "node-forge",
  "log-update",
  "@oclif/core",
  "semver",
  "vendor",
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let directory: string;
let violations: readonly Violation[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
  await writeTree(directory, [...RIGHT, ...Object.values(WRONG)]);
  violations = await cruise(directory);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test.for(Object.entries(WRONG))("The rule %s fails on an import that breaks it", ([rule, { path }]) => {
  expect(violations.filter((violation) => violation.from === path).map((violation) => violation.rule.name)).toContain(rule);
});

test("Right imports break no rule", () => {
  const fine = new Set(RIGHT.map((file) => file.path));
  expect(violations.filter((violation) => fine.has(violation.from))).toEqual([]);
});

test("Every rule is shown to fail", async () => {
  const { default: config } = await import("../.dependency-cruiser.mjs");
  expect(config.forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(WRONG).sort());
});

async function writeTree(directory: string, files: readonly WrongFile[]): Promise<void> {
  const sdk = { name: SDK, version: "1.0.0", type: "module", exports: "./dist/index.js" };
  const dependencies = Object.fromEntries([...LISTED, SDK].map((name) => [name, "*"]));
  const manifest = JSON.stringify({ name: "tree", type: "module", workspaces: ["packages/*"], dependencies });
  const modules = [...LISTED, "unlisted", "tool"].flatMap((name) => [
    { path: `node_modules/${name}/index.js`, text: "" },
    { path: `node_modules/${name}/package.json`, text: JSON.stringify({ name, version: "1.0.0", main: "index.js" }) },
  ]);
  const manifests = [
    { path: "package.json", text: manifest },
    { path: "tsconfig.base.json", text: "{}" },
    { path: "packages/driver-sdk/package.json", text: JSON.stringify(sdk) },
    {
      path: "packages/driver-none/package.json",
      text: JSON.stringify({ name: "driver-none", dependencies: { [SDK]: "*", vendor: "*" }, devDependencies: { tool: "*" } }),
    },
    { path: "packages/driver-generic/package.json", text: JSON.stringify({ name: "driver-generic", dependencies: { [SDK]: "*" } }) },
    { path: "examples/sample/package.json", text: JSON.stringify({ name: "sample", dependencies: { [SDK]: "*" } }) },
  ];
  for (const { path, text } of [...files, ...modules, ...manifests]) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  await mkdir(join(directory, "node_modules/@docker-machine"), { recursive: true });
  await symlink("../../packages/driver-sdk", join(directory, "node_modules/@docker-machine/driver-sdk"));
}

async function cruise(directory: string): Promise<readonly Violation[]> {
  const args = [
    "--config",
    join(root, ".dependency-cruiser.mjs"),
    "--output-type",
    "json",
    "src",
    "packages/*/{src,test}",
    "examples/*/src",
  ];
  const run = promisify(execFile)(join(root, "node_modules/.bin/depcruise"), args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return JSON.parse(stdout).summary.violations;
}
