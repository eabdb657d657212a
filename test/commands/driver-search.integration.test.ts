import { expect, onTestFinished, test } from "vitest";
import { Cli } from "../support/cli.js";
import { driverPackage } from "../support/driver-package.js";
import { GitHubServer } from "../support/github-server.js";
import { differences } from "../support/json-page.js";
import { PackageRegistry } from "../support/package-registry.js";

const MANIFEST = { keywords: ["docker-machine-driver"], description: "Machines\u001b[31m of Acme", deprecated: "use another" };

/** The built program, with a registry and GitHub of its own, and one driver in each. */
async function start() {
  const cli = await Cli.create();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  const registry = await PackageRegistry.start();
  onTestFinished(() => registry.stop());
  const github = await GitHubServer.start();
  onTestFinished(() => github.stop());
  registry.publish(driverPackage({ sdkRange: "^9.0.0", manifest: { ...MANIFEST, dockerMachine: { driver: "acme", testedUpTo: "9.1" } } }));
  registry.downloads.set("docker-machine-driver-acme", 1234);
  github.addRepository("acme-org/docker-machine-driver-acme2", { topics: ["docker-machine-driver"], archived: true });
  const assets = { "docker-machine-driver-acme2-linux-amd64": "x" };
  github.publishRelease("acme-org/docker-machine-driver-acme2", { tag: "v0.3.0", publishedAt: "2026-04-05T06:07:08Z", assets });
  const env = { npm_config_registry: registry.url, MACHINE_GIT_API_MIRRORS: `github.com=${github.url}` };
  return { registry, run: (...args: readonly string[]) => cli.run(args, { env }) };
}

test("driver search shows what there is, in columns, and in JSON as it is documented", async () => {
  const { run } = await start();
  const { stdout, stderr, exitCode } = await run("driver", "search", "acme");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [titles = "", ...lines] = stdout.trimEnd().split("\n");
  expect(titles.split(/ {3,}/)).toEqual(["NAME", "KIND", "OWNER", "LAST RELEASE", "SDK FIT", "TESTED UP TO", "DOWNLOADS", "NOTES"]);
  expect(lines.map((line) => line.split(/ {3,}/))).toEqual([
    [
      "npm:docker-machine-driver-acme",
      "npm package",
      "npm:docker-machine-driver-acme",
      "1.0.0 2026-02-03",
      "no: needs ^9.0.0",
      "9.1",
      "1234",
      "deprecated: use another; Machines\\x1b[31m of Acme",
    ],
    ["github.com/acme-org/docker-machine-driver-acme2", "Go program", "github.com/acme-org", "0.3.0 2026-04-05", "n.a.", "archived"],
  ]);
  const json: unknown = JSON.parse((await run("driver", "search", "acme", "--json")).stdout);
  expect(differences("driver search", json)).toEqual([]);
});

test("driver info shows a driver that isn't installed, and in JSON as it is documented", async () => {
  const { run, registry } = await start();
  const { stdout, exitCode } = await run("driver", "info", "npm:docker-machine-driver-acme");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("SDK fit:    no\n");
  expect(stdout).toContain("Deprecated: use another\n");
  expect(stdout).toContain("Summary:    Machines\\x1b[31m of Acme\n");
  const json: unknown = JSON.parse((await run("driver", "info", "npm:docker-machine-driver-acme", "--json")).stdout);
  expect(differences("driver info", json)).toEqual([]);
  expect(registry.requests.some(({ path }) => path.endsWith(".tgz"))).toBe(false);
});

test("offline, the index is searched, which is said", async () => {
  const { run, registry } = await start();
  const { stdout, stderr } = await run("driver", "search", "--offline", "proxmox");
  expect(stdout).toContain("proxmoxve");
  expect(stderr).toMatch(/^Offline: only the driver index of \d{4}-\d{2}-\d{2} \(revision \d+\) was searched\.\n$/);
  expect(registry.requests).toEqual([]);
  expect(await run("driver", "search", "--offline", "--refresh")).toMatchObject({ exitCode: 1, stdout: "" });
});
