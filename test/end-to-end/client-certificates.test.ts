import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordedEngine } from "../replay/recorded-engine.js";
import { Cli } from "../support/cli.js";

const run = promisify(execFile);

let cli: Cli;
let engine: RecordedEngine;
beforeEach(async () => {
  cli = await Cli.create();
  await create("other", "tcp://127.0.0.1:1");
  engine = await RecordedEngine.start(cli.storagePath, join(cli.directory, "engine"));
  await create("live", `tcp://127.0.0.1:${engine.port}`);
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});

async function create(name: string, url: string): Promise<void> {
  expect(await cli.run(["create", "-d", "none", "--url", url, name])).toMatchObject({ exitCode: 0 });
}

const certs = (name: string) => join(cli.storagePath, "certs", name);
const contents = (paths: readonly string[]) => Promise.all(paths.map((path) => readFile(path, "utf8")));
const pairOf = (machine: string) => contents(["cert.pem", "key.pem"].map((file) => cli.machinePath(machine, file)));

/** Puts a client certificate that ends in `days` days into a machine's folder. */
async function shorten(machine: string, days: number): Promise<void> {
  const request = join(cli.directory, "request.pem");
  await run("openssl", ["req", "-new", "-key", certs("key.pem"), "-subj", "/O=short", "-out", request]);
  const ca = ["-CA", certs("ca.pem"), "-CAkey", certs("ca-key.pem"), "-CAserial", join(cli.directory, "serial"), "-CAcreateserial"];
  await run("openssl", ["x509", "-req", "-in", request, ...ca, "-days", String(days), "-out", cli.machinePath(machine, "cert.pem")]);
}

describe("regenerate-certs --client-certs", () => {
  it("renews the client certificate of all machines, with the CA as it was", async () => {
    const ca = await contents([certs("ca.pem"), certs("ca-key.pem")]);
    const before = await pairOf("live");
    expect(await cli.run(["regenerate-certs", "-f", "--client-certs", "live"])).toEqual({
      exitCode: 0,
      stdout: "Regenerating TLS certificates\nRegenerating local certificates\n",
      stderr: expect.stringMatching(/^The server certificate stays: .*"live" has no SSH login/),
    });
    expect(await contents([certs("ca.pem"), certs("ca-key.pem")])).toEqual(ca);
    const after = await contents([certs("cert.pem"), certs("key.pem")]);
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(await pairOf("live")).toEqual(after);
    expect(await pairOf("other")).toEqual(after);
    expect((await readdir(certs("."))).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
    expect(await cli.run(["version", "live"])).toEqual({ exitCode: 0, stdout: "24.0.7\n", stderr: "" });
  });

  it("leaves what belongs to another CA, and asks first", async () => {
    const foreign = await Cli.create();
    try {
      await foreign.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "theirs"]);
      await mkdir(cli.machinePath("theirs"));
      for (const file of ["ca.pem", "cert.pem", "key.pem"])
        await copyFile(foreign.machinePath("theirs", file), cli.machinePath("theirs", file));
    } finally {
      await foreign[Symbol.asyncDispose]();
    }
    const [theirs, ours] = [await pairOf("theirs"), await pairOf("live")];
    expect(await cli.run(["regenerate-certs", "--client-certs", "live"], { input: "n\n" })).toMatchObject({ exitCode: 0 });
    expect(await pairOf("live")).toEqual(ours);
    expect(await cli.run(["regenerate-certs", "--client-certs", "nope"], { input: "y\n" })).toMatchObject({ exitCode: 1 });
    expect(await pairOf("live")).toEqual(ours);
    expect(await cli.run(["regenerate-certs", "--client-certs", "live"], { input: "y\n" })).toMatchObject({ exitCode: 0 });
    expect(await pairOf("live")).not.toEqual(ours);
    expect(await pairOf("theirs")).toEqual(theirs);
  });

  it("that was killed while it copied is made up for when the machine is used", async () => {
    const [certificate = ""] = await pairOf("live");
    await cli.run(["regenerate-certs", "-f", "--client-certs", "live"]);
    await writeFile(cli.machinePath("live", "cert.pem"), certificate);
    expect(await cli.run(["config", "live"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await pairOf("live")).toEqual(await contents([certs("cert.pem"), certs("key.pem")]));
  });
});

describe("a client certificate", () => {
  it("that ends within 30 days is warned about by what uses it, and renewed", async () => {
    await shorten("live", 20);
    const warning = /^The client certificate \S+ ends in (19|20) days\. Renew it: docker-machine regenerate-certs --client-certs\n$/;
    for (const args of [
      ["env", "live"],
      ["config", "live"],
      ["version", "live"],
    ]) {
      expect(await cli.run(args)).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(warning) });
    }
    await cli.run(["regenerate-certs", "-f", "--client-certs", "live"]);
    expect(await cli.run(["env", "live"])).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
