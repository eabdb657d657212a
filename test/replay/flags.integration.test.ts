import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";
import { type RecordedCase, readRecording } from "./recorded-case.js";
import { commandFlags, type RecordedFlag, recordedFlags } from "./recorded-help.js";

const recordings = await readRecording("help");
const commands = commandFlags(recordings);
const globalFlags = recordedFlags(recordings.find(({ name }) => name === "_abs_path_help") as RecordedCase);

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
});
afterAll(() => cli?.[Symbol.asyncDispose]());

/** A line that comes as far as to look for the machine, or the folder, and how that shows. */
const LOOKUPS: Readonly<Record<string, { readonly words: readonly string[]; readonly shows: string }>> = {
  active: { words: [], shows: "No active host found" },
  ls: { words: [], shows: "" },
  "regenerate-certs": { words: ["nosuch"], shows: '"nosuch" does not exist' },
  scp: { words: ["nosuch:/a", "/nowhere"], shows: '"nosuch" does not exist' },
  mount: { words: ["nosuch:/a", "/nowhere"], shows: '"/nowhere"' },
};

const lookup = (command: string) => LOOKUPS[command] ?? { words: ["nosuch"], shows: '"nosuch" does not exist' };

/** A value that the flag takes. */
function sampleValue(command: string, flag: RecordedFlag): string {
  if (flag.long === "--timeout") return "5";
  if (flag.long === "--filter") return "driver=none";
  if (flag.long === "--format") return "{{.Name}}";
  return command === "env" ? "bash" : "x";
}

/** The ways in which Go's programs are given a flag. */
function spellings(command: string, flag: RecordedFlag): string[][] {
  const value = sampleValue(command, flag);
  const single = flag.long.replace(/^--/, "-");
  const names = [...new Set([flag.long, single, ...(flag.short === undefined ? [] : [flag.short])])];
  if (flag.kind === "switch") return names.flatMap((name) => [[name], [`${name}=true`], [`${name}=false`]]);
  return names.flatMap((name) => [[name, value], [`${name}=${value}`]]);
}

describe("every flag of every command is accepted, however it is written, before and behind the names", () => {
  const rows = commands
    .filter(({ name }) => name !== "create")
    .flatMap(({ name, flags }) => flags.filter(({ long }) => !["--help", "--unset"].includes(long)).map((flag) => ({ name, flag })));
  it.each(rows)("$name $flag.long", async ({ name, flag }) => {
    const { words, shows } = lookup(name);
    const lines = spellings(name, flag).flatMap((spelled, index) =>
      index % 2 === 0 ? [[...spelled, ...words]] : [[...words, ...spelled]],
    );
    for (const line of lines) {
      const result = await cli.run([name, ...line], { input: "y\n" });
      expect(result.stderr, line.join(" ")).toContain(shows);
      expect(result.stderr).not.toMatch(/no flag|needs a value/);
      if (shows === "") expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    }
  });

  it("env --unset, -u and -unset", async () => {
    for (const flag of ["--unset", "-u", "-unset", "--unset=true", "-u=true"]) {
      expect(await cli.run(["env", flag])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("unset DOCKER_HOST\n") });
    }
    expect((await cli.run(["env", "--unset=false", "nosuch"])).stderr).toContain('"nosuch" does not exist');
  });

  it("global flags, before and behind the command", async () => {
    const files = globalFlags.filter(({ long }) => !["--help", "--version", "--storage-path"].includes(long));
    for (const flag of files) {
      for (const [index, spelled] of spellings("", flag).entries()) {
        const line = index % 2 === 0 ? [...spelled, "status", "nosuch"] : ["status", ...spelled, "nosuch"];
        expect((await cli.run(line)).stderr, line.join(" ")).toContain('"nosuch" does not exist');
      }
    }
  });
});

describe("create", () => {
  const flags = commands.find(({ name }) => name === "create")?.flags ?? [];
  let count = 0;

  async function configOf(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const name = `m${++count}`;
    const before = words.map((word) => (word === "NAME" ? name : word));
    const result = await cli.run(["create", ...before, ...(words.includes("NAME") ? [] : [name])], { env });
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    return JSON.parse(await readFile(cli.machinePath(name, "config.json"), "utf8")).HostOptions;
  }

  const none = ["-d", "none", "--url", "tcp://127.0.0.1:1"];

  /** Values that look like flags: the word behind a flag that takes one is its value, whatever it is. */
  const sampleOf = (long: string) => (long === "--swarm-host" ? "tcp://0.0.0.0:1" : `${long}-1`);

  function spelledAs(form: { readonly dashes: string; readonly joined: boolean }, { long, kind }: RecordedFlag): string[] {
    const name = form.dashes + long.slice(2);
    if (kind === "switch") return [form.joined ? `${name}=true` : name];
    const values = kind === "list" ? [sampleOf(long), `${long}-2`] : [sampleOf(long)];
    return values.flatMap((value) => (form.joined ? [`${name}=${value}`] : [name, value]));
  }

  it.each([
    { dashes: "--", joined: false },
    { dashes: "--", joined: true },
    { dashes: "-", joined: false },
    { dashes: "-", joined: true },
  ])("takes every flag with $dashes, with = $joined, before or behind the name, and saves what it says", async (form) => {
    const others = flags.filter(({ long }) => !["--driver", "--url", "--swarm-discovery"].includes(long));
    const words = others.flatMap((flag) => spelledAs(form, flag));
    const { EngineOptions, SwarmOptions, AuthOptions } = await configOf(form.joined ? [...none, "NAME", ...words] : [...none, ...words]);
    expect(EngineOptions).toMatchObject({
      ArbitraryFlags: ["--engine-opt-1", "--engine-opt-2"],
      Env: ["--engine-env-1", "--engine-env-2"],
      InsecureRegistry: ["--engine-insecure-registry-1", "--engine-insecure-registry-2"],
      InstallURL: "--engine-install-url-1",
      Labels: ["--engine-label-1", "--engine-label-2"],
      RegistryMirror: ["--engine-registry-mirror-1", "--engine-registry-mirror-2"],
      StorageDriver: "--engine-storage-driver-1",
    });
    expect(SwarmOptions).toMatchObject({
      Address: "--swarm-addr-1",
      ArbitraryFlags: ["--swarm-opt-1", "--swarm-opt-2"],
      ArbitraryJoinFlags: ["--swarm-join-opt-1", "--swarm-join-opt-2"],
      Host: "tcp://0.0.0.0:1",
      Image: "--swarm-image-1",
      IsExperimental: true,
      IsSwarm: true,
      Master: true,
      Strategy: "--swarm-strategy-1",
    });
    expect(AuthOptions.ServerCertSANs).toEqual(["--tls-san-1", "--tls-san-2"]);
  });

  it("takes the last of several texts and switches, and has the Go program's defaults", async () => {
    const last = await configOf([...none, "--engine-storage-driver", "a", "--swarm", "--engine-storage-driver=b", "--swarm=false"]);
    expect(last.EngineOptions.StorageDriver).toBe("b");
    expect(last.SwarmOptions.IsSwarm).toBe(false);
    expect(last.EngineOptions.InstallURL).toBe(flags.find(({ long }) => long === "--engine-install-url")?.default);
    expect(last.SwarmOptions).toMatchObject({ Host: "tcp://0.0.0.0:3376", Image: "swarm:latest", Strategy: "spread" });
  });

  it("reads its variables, and flags go before them", async () => {
    const env = {
      MACHINE_DRIVER: "none",
      MACHINE_DOCKER_INSTALL_URL: "http://127.0.0.1/env.sh",
      ENGINE_REGISTRY_MIRROR: "http://a,http://b",
      MACHINE_SWARM_IMAGE: "swarm:env",
    };
    expect(flags.flatMap((flag) => flag.env ?? []).sort()).toEqual(Object.keys(env).sort());
    const url = ["--url", "tcp://127.0.0.1:1"];
    const fromEnv = await configOf(url, env);
    expect(fromEnv.EngineOptions).toMatchObject({ InstallURL: env.MACHINE_DOCKER_INSTALL_URL, RegistryMirror: ["http://a", "http://b"] });
    expect(fromEnv.SwarmOptions.Image).toBe("swarm:env");
    const given = await configOf([...url, "--engine-install-url=http://127.0.0.1/flag.sh", "--swarm-image", "swarm:flag"], env);
    expect(given).toMatchObject({ EngineOptions: { InstallURL: "http://127.0.0.1/flag.sh" }, SwarmOptions: { Image: "swarm:flag" } });
    const empty = await configOf(none, { MACHINE_SWARM_IMAGE: "", MACHINE_DRIVER: "" });
    expect(empty.SwarmOptions.Image).toBe("swarm:latest");
  });

  it("keeps its certificates where the global flags and their variables say", async () => {
    const own = (name: string) => join(cli.directory, "own", name);
    const env = {
      MACHINE_TLS_CLIENT_CERT: own("cert.pem"),
      MACHINE_TLS_CLIENT_KEY: own("key.pem"),
      MACHINE_STORAGE_PATH: join(cli.directory, "third"),
    };
    const made = await cli.run(["--tls-ca-cert", own("ca.pem"), `--tls-ca-key=${own("ca-key.pem")}`, "create", ...none, "own"], { env });
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    const config = JSON.parse(await readFile(join(cli.directory, "third", "machines", "own", "config.json"), "utf8"));
    expect(config.HostOptions.AuthOptions).toMatchObject({
      CaCertPath: own("ca.pem"),
      CaPrivateKeyPath: own("ca-key.pem"),
      ClientCertPath: own("cert.pem"),
      ClientKeyPath: own("key.pem"),
    });
    expect(await cli.run(["-s", join(cli.directory, "third"), "ls", "-q"])).toMatchObject({ stdout: "own\n" });
  });
});
