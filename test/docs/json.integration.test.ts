import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RecordedEngine } from "../replay/recorded-engine.js";
import { Cli } from "../support/cli.js";
import { differences, documentedFields } from "../support/json-page.js";

let cli: Cli;
let engine: RecordedEngine;
let url: string;
beforeAll(async () => {
  cli = await Cli.create();
  await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "--engine-env", "DB_PASSWORD=hunter2", "dead"]);
  engine = await RecordedEngine.start(cli.storagePath, join(cli.directory, "engine"));
  url = `tcp://127.0.0.1:${engine.port}`;
  await cli.run(["create", "-d", "none", "--url", url, "live"]);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});

const document = async (args: readonly string[], env: Record<string, string> = {}): Promise<unknown> => {
  const { exitCode, stdout, stderr } = await cli.run([...args, "--json"], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("what --json prints is what docs/json.md says", () => {
  it.each([
    [["ls"]],
    [["ls", "-q"]],
    [["ls", "--filter", "name=nobody"]],
    [["status", "dead"]],
    [["ip", "dead", "live"]],
    [["url", "live"]],
    [["active"]],
    [["config", "live"]],
    [["env", "live"]],
    [["env", "--no-proxy", "live"]],
    [["env", "-u"]],
    [["inspect", "dead"]],
    [["version"]],
    [["version", "live"]],
    [["driver", "list"]],
    [["driver", "info", "generic"]],
    [["driver", "policy"]],
    [["driver", "policy", "none"]],
    [["driver", "info", "none"]],
    [["driver", "info", "qemu"]],
    [["driver", "search", "--offline"]],
    [["plugins"]],
  ])("%s", async (args) => {
    const printed = await document(args, { DOCKER_HOST: url });
    expect(printed).toMatchObject({ version: 1 });
    const command = args[0] === "driver" ? args.slice(0, 2).join(" ") : args[0];
    expect(differences(command ?? "", printed)).toEqual([]);
  });

  it("has a section for each command that takes --json, and no others", async () => {
    const manifest = JSON.parse(await readFile(new URL("../../oclif.manifest.json", import.meta.url), "utf8")) as {
      readonly commands: Readonly<Record<string, { readonly flags: object }>>;
    };
    const commands = Object.entries(manifest.commands).filter(([, { flags }]) => Object.hasOwn(flags, "json"));
    const names = commands.map(([id]) => id.replaceAll(":", " "));
    // It is no command of the table, since `plugins install` and others are oclif's.
    expect([...documentedFields.keys()].sort()).toEqual([...names, "plugins"].sort());
  });
});

describe("the values of --json", () => {
  it("of ls are what its table shows", async () => {
    expect(await document(["ls"], { DOCKER_HOST: url })).toMatchObject({
      machines: [
        { name: "dead", driver: "none", state: "Running", active: false, error: expect.stringContaining("Unable to query docker version") },
        { name: "live", driver: "none", state: "Running", active: true, url, engineVersion: "24.0.7" },
      ],
    });
  });

  it("of env are the variables, null for one that is to be unset", async () => {
    expect(await document(["env", "live"])).toEqual({
      version: 1,
      variables: { DOCKER_TLS_VERIFY: "1", DOCKER_HOST: url, DOCKER_CERT_PATH: cli.machinePath("live"), DOCKER_MACHINE_NAME: "live" },
    });
    expect(await document(["env", "-u"])).toMatchObject({ variables: { DOCKER_HOST: null } });
  });

  it("hold no secrets of a config.json that a driver of the Go program put them in", async () => {
    const path = cli.machinePath("dead", "config.json");
    const config = JSON.parse(await readFile(path, "utf8"));
    config.Driver = { ...config.Driver, AccessToken: "t0ken", SSHKeyPath: "/keys/id_rsa", Proxy: "http://me:hunter2@proxy:3128" };
    await writeFile(path, JSON.stringify(config, null, 4));
    const printed = await document(["inspect", "dead"]);
    expect(JSON.stringify(printed)).not.toMatch(/t0ken|hunter2/);
    expect(printed).toMatchObject({ machine: { Driver: { SSHKeyPath: "/keys/id_rsa", Proxy: "http://***@proxy:3128" } } });
  });
});

it("an error leaves stdout empty, and says on stderr what it says otherwise", async () => {
  for (const args of [["status", "nope"], ["ip", "live", "nope"], ["env", "dead"], ["active"], ["driver", "info", "nope"]]) {
    const plain = await cli.run(args);
    expect(await cli.run([...args, "--json"])).toEqual({ exitCode: plain.exitCode, stdout: "", stderr: plain.stderr });
    expect(plain.exitCode).toBe(1);
  }
});
