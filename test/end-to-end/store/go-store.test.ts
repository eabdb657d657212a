import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../../support/cli.js";
import { generateKey, sshServerUnavailable, startSshServer } from "../../support/ssh-server.js";

const fixtures = new URL("../../fixtures/go-store/", import.meta.url);
const shipped = ["amazonec2", "generic", "none", "virtualbox"];
const drivers = (await readdir(new URL("driver-fields/", fixtures))).map((file) => file.replace(/\.json$/, ""));

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
});
afterEach(() => cli[Symbol.asyncDispose]());

const fixture = async (name: string) => (await readFile(new URL(name, fixtures), "utf8")).replaceAll("$STORE", cli.storagePath);
const saved = (name: string) => readFile(cli.machinePath(name, "config.json"), "utf8");

async function put(name: string, text: string): Promise<void> {
  await mkdir(cli.machinePath(name), { recursive: true });
  await writeFile(cli.machinePath(name, "config.json"), text);
}

/** Writes config.json as the Go program does when it has used the machine: with the fields of its own, and no others. */
async function rewriteAsGo(name: string): Promise<void> {
  const { DockerMachine, ...config } = JSON.parse(await saved(name));
  expect(DockerMachine).toBeDefined();
  await put(name, JSON.stringify(config, null, 4));
}

describe("a store of the Go program", () => {
  it.each([
    ["none-live", "live", "tcp://127.0.0.1:23760"],
    ["none-full", "full", "tcp://127.0.0.1:1"],
    ["none-swarm-master", "swm", "tcp://127.0.0.1:23760"],
    ["generic-gen1", "gen1", "tcp://127.0.0.1:2376"],
  ])("has its machine %s inspected, located and listed, and left as it is", async (file, name, url) => {
    const text = await fixture(`${file}.config.json`);
    await put(name, text);
    expect(await cli.run(["inspect", name])).toEqual({ exitCode: 0, stdout: `${text}\n`, stderr: "" });
    expect(await cli.run(["url", name])).toEqual({ exitCode: 0, stdout: `${url}\n`, stderr: "" });
    expect(await cli.run(["ip", name])).toEqual({ exitCode: 0, stdout: "127.0.0.1\n", stderr: "" });
    expect(await cli.run(["status", name])).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await cli.run(["ls"])).stdout).toMatch(new RegExp(`\n${name} +- +(?:none|generic) +(?:Running|Stopped) `));
    expect(await saved(name)).toBe(text);
    expect(await cli.run(["rm", "-y", name])).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await cli.run(["ls", "-q"])).stdout).toBe("");
  });

  it(`has machines of ${drivers.length} drivers listed, those that aren't there with their error, and kept`, async () => {
    const whole = JSON.parse(await fixture("none-live.config.json"));
    const texts = await Promise.all(
      drivers.map(async (driver) => {
        const fields = (await fixture(`driver-fields/${driver}.json`))
          .replace('"NAME"', `"${driver}"`)
          .replace('"STORE"', `"${cli.storagePath}"`);
        const text = JSON.stringify({ ...whole, Driver: JSON.parse(fields), DriverName: driver, Name: driver }, null, 4);
        await put(driver, text);
        return text;
      }),
    );
    const { exitCode, stdout } = await cli.run(["ls"]);
    expect(exitCode).toBe(0);
    for (const driver of drivers.filter((each) => !shipped.includes(each))) {
      expect(stdout).toMatch(new RegExp(`\n${driver} +(?:- +)?not-found +Error +.*The driver "${driver}" is not installed`));
    }
    const other = "digitalocean";
    for (const command of ["start", "stop", "status", "url"]) {
      expect(await cli.run([command, other])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(`"${other}" is not installed`),
      });
    }
    expect(await cli.run(["inspect", other])).toMatchObject({ exitCode: 0, stdout: `${texts[drivers.indexOf(other)]}\n` });
    expect(await cli.run(["rm", "-y", other])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("is not installed") });
    expect(await Promise.all(drivers.map(saved))).toEqual(texts);
    expect(await cli.run(["rm", "-f", other])).toMatchObject({ exitCode: 0 });
    expect((await cli.run(["ls", "-q"])).stdout).not.toContain(other);
  });
});

describe("what is written here", () => {
  it.each([
    ["none-live", "live", "--url tcp://127.0.0.1:23760"],
    [
      "none-full",
      "full",
      "--url tcp://127.0.0.1:1 --engine-label app=1 --engine-label foo=bar --engine-opt log-driver=none --engine-env A=B --engine-insecure-registry r.co " +
        "--engine-registry-mirror http://m --engine-storage-driver overlay --tls-san a.b --tls-san 10.0.0.1",
    ],
    ["none-swarm-master", "swm", "--url tcp://127.0.0.1:23760 --swarm --swarm-master --swarm-discovery token://deadbeef"],
  ])("is the Go program's %s byte for byte, with our object behind it", async (file, name, flags) => {
    expect(await cli.run(["create", "-d", "none", ...flags.split(" "), name])).toMatchObject({ exitCode: 0 });
    const text = await saved(name);
    const { DockerMachine, ...config } = JSON.parse(text);
    expect(JSON.stringify(config, null, 4)).toBe(await fixture(`${file}.config.json`));
    expect(Object.keys(JSON.parse(text)).at(-1)).toBe("DockerMachine");
    expect(text).toBe(JSON.stringify({ ...config, DockerMachine }, null, 4));
  });

  it("is the Go program's generic-gen1, even if the host can't be reached", async () => {
    const key = `${cli.directory}/id_test`;
    await generateKey("ed25519", key);
    const flags =
      "--generic-ip-address 127.0.0.1 --generic-ssh-user deb --generic-ssh-port 1 --engine-opt log-level=warn --engine-env FOO=bar --engine-label env=test " +
      "--engine-insecure-registry reg.example:5000 --engine-registry-mirror https://mirror.example --tls-san extra.example";
    const created = await cli.run(
      [
        "create",
        "-d",
        "generic",
        ...flags.split(" "),
        "--generic-ssh-key",
        key,
        "--engine-install-url",
        "http://127.0.0.1:8099/install.sh",
        "gen1",
      ],
      { env: { MACHINE_WAIT_TIMEOUT: "1" } },
    );
    expect(created.exitCode).toBe(1);
    const { DockerMachine: _own, ...config } = JSON.parse(await saved("gen1"));
    const wanted = (await fixture("generic-gen1.config.json")).replace('"SSHPort": 2222', '"SSHPort": 1').replace("$TMP", cli.directory);
    expect(JSON.stringify(config, null, 4)).toBe(wanted);
  });

  it("goes on when the Go program has written it without our object", async () => {
    await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "dev"]);
    await rewriteAsGo("dev");
    expect(await cli.run(["url", "dev"])).toEqual({ exitCode: 0, stdout: "tcp://127.0.0.1:1\n", stderr: "" });
    expect(await cli.run(["status", "dev"])).toEqual({ exitCode: 0, stdout: "Running\n", stderr: "" });
    expect((await cli.run(["ls"])).stdout).toMatch(/\ndev +- +none +Running +tcp/);
    expect(await cli.run(["stop", "dev"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("can't stop") });
    expect(await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "dev"])).toMatchObject({ exitCode: 1 });
    expect(await cli.run(["rm", "-y", "dev"])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.skipIf(sshServerUnavailable !== undefined)(
    `keeps its login when the Go program has written it, and its host's key is recorded again if it is gone ${sshServerUnavailable ?? ""}`,
    async () => {
      const server = await startSshServer(cli.directory, "host");
      try {
        // It is never provisioned: the SSH server is this computer's.
        const config = JSON.parse(await fixture("generic-gen1.config.json"));
        const { port, user, privateKeyPath } = server.endpoint;
        const driver = { ...config.Driver, SSHPort: port, SSHUser: user, SSHKeyPath: privateKeyPath };
        const own = { DriverSource: "generic", DriverOptions: {}, Progress: "provisioned" };
        const login = () => cli.run(["ssh", "gen1", "echo", "in"]);
        const hostKey = server.hostPublicKey.split(" ")[1] ?? "";
        const recorded = async () => (await readFile(cli.machinePath("gen1", "known_hosts"), "utf8")).includes(hostKey);
        await put("gen1", JSON.stringify({ ...config, Driver: driver, DockerMachine: own }, null, 4));
        // As with ssh itself.
        expect(await login()).toMatchObject({ exitCode: 255, stdout: "", stderr: expect.stringContaining("key") });
        await rewriteAsGo("gen1");
        expect(await login()).toMatchObject({ exitCode: 0, stdout: "in\n" });
        expect(await recorded()).toBe(true);
        expect(await login()).toMatchObject({ exitCode: 0, stdout: "in\n" });
        expect(await cli.run(["status", "gen1"])).toMatchObject({ exitCode: 0, stdout: "Running\n" });
        expect(await cli.run(["rm", "-y", "gen1"])).toMatchObject({ exitCode: 0 });
      } finally {
        await server.stop();
      }
    },
  );
});
