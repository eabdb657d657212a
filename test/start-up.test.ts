import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { formatConfig } from "../src/store/config-file.js";
import { newMachineConfig } from "../src/store/default-config.js";
import { StorePaths } from "../src/store/store-paths.js";
import { scratchDirectory } from "./support/scratch-directory.js";

const program = fileURLToPath(new URL("../bin/run.cjs", import.meta.url));
const recorder = new URL("support/loaded-modules.mjs", import.meta.url).href;
const URL_OF_NOBODY = "tcp://127.0.0.1:1";

/** The launcher and the program. */
const LOADED = ["run.cjs", "main.js"];

/** A store with machines of the driver `none` whose endpoints refuse. */
async function storeOf(names: readonly string[]): Promise<string> {
  const storagePath = await scratchDirectory();
  const paths = new StorePaths({ storagePath });
  for (const name of names) {
    const own = { DriverSource: "none", DriverOptions: { url: URL_OF_NOBODY }, Progress: "provisioned" } as const;
    const config = newMachineConfig(paths, { name, driverName: "none", engine: {}, swarm: {}, subjectAltNames: [], own });
    await mkdir(paths.machineDirectory(name), { recursive: true });
    await writeFile(
      paths.configPath(name),
      formatConfig({ ...config, Driver: { ...config.Driver, URL: URL_OF_NOBODY, IPAddress: "127.0.0.1:1" } }),
    );
  }
  return storagePath;
}

/** Runs the built program and tells what it printed and what it loaded. */
async function run(storagePath: string, words: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: storagePath, MACHINE_STORAGE_PATH: storagePath, DOCKER_HOST: URL_OF_NOBODY };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--import", recorder, program, ...words], { env });
  const { files, builtins } = JSON.parse(stderr.trim().split("\n").at(-1) ?? "") as {
    readonly files: readonly string[];
    readonly builtins: readonly string[];
  };
  const own = files.filter((file) => !file.endsWith("/loaded-modules.mjs")).map((file) => basename(fileURLToPath(file)));
  return { stdout, files: own, builtins };
}

test.each([["status", "dev"], ["ip", "dev"], ["url", "dev"], ["inspect", "dev"], ["ls", "-q"], ["active"]])(
  "%s loads the program's one file; of Node's modules neither streams nor network nor cryptography",
  async (...words) => {
    const { stdout, files, builtins } = await run(await storeOf(["dev"]), words);
    expect(stdout).not.toBe("");
    expect(files).toEqual(LOADED);
    const heavy = ["stream", "net", "tls", "http", "https", "crypto", "child_process", "readline", "fs/promises", "sqlite", "tty"];
    expect(heavy.filter((name) => builtins.includes(name))).toEqual([]);
  },
);

test("help of the whole program loads nothing of npm's libraries", async () => {
  const { files } = await run(await storeOf([]), ["--help"]);
  expect(files.filter((file) => /^(?:npm-client|semver|arborist)/.test(file))).toEqual([]);
});

test("what is to be read fast is ASCII, which V8 keeps in one byte a character", async () => {
  const output = new URL("../dist/", import.meta.url);
  const chunks = (await readdir(new URL("chunks/", output))).filter((name) => name.startsWith("npm-client-"));
  expect(chunks).not.toEqual([]);
  for (const name of ["main.js", ...chunks.map((chunk) => `chunks/${chunk}`)]) {
    const text = await readFile(new URL(name, output), "utf8");
    expect(/[^\0-\x7F].*/.exec(text)?.[0], name).toBeUndefined();
  }
});

test("compiled code is kept in the user's own folder, where nobody else can lay any", async () => {
  const home = await scratchDirectory();
  const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, "cache"), TMPDIR: join(home, "tmp") };
  await promisify(execFile)(process.execPath, [program, "version"], { env });
  expect(await readdir(join(home, "cache", "docker-machine", "compiled"))).toHaveLength(1);
  expect(await readdir(home)).toEqual(["cache"]);
});

test("ls asks many machines without a process, and without TLS where nobody listens", async () => {
  const names = Array.from({ length: 50 }, (_, index) => `m${index}`);
  const { stdout, files, builtins } = await run(await storeOf(names), ["ls"]);
  expect(stdout.match(/Cannot connect to the docker engine endpoint/g)).toHaveLength(50);
  expect(files).toEqual(LOADED);
  expect(["child_process", "worker_threads", "tls", "http", "https", "crypto"].filter((name) => builtins.includes(name))).toEqual([]);
});
