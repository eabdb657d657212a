import { execFile } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nspawnImpossible } from "../../scripts/nspawn-impossible.js";
import { amiFolder } from "../support/aws/nspawn-hosts.js";
import { RealAwsWorld } from "../support/aws/real-aws-world.js";
import { type Ec2World, StandInWorld } from "../support/aws/world.js";
import type { CliResult } from "../support/cli.js";

const run = promisify(execFile);
/** `npm run test:aws` sets it. */
const isReal = process.env.TEST_AWS === "1";
const impossible = isReal ? undefined : nspawnImpossible();
/** An instance that boots at AWS, and Docker that is downloaded there. */
const CREATE_TIMEOUT_MS = 900_000;

describe.skipIf(impossible !== undefined)(
  `machines on ${isReal ? "AWS" : "a stand-in for AWS"}${impossible === undefined ? "" : ` (skipped: ${impossible})`}`,
  () => {
    let world: Ec2World;

    beforeAll(async () => {
      world = isReal ? await RealAwsWorld.create() : await StandInWorld.create({ realHosts: true });
    });
    afterAll(async () => {
      const { stdout } = await world.cli.run(["ls", "-q"]);
      for (const name of stdout.split("\n").filter((each) => each !== "")) await world.cli.run(["rm", "-f", "-y", name]);
      await world[Symbol.asyncDispose]();
    });

    const cli = (...args: string[]) => world.cli.run(args);
    const expectSuccess = (result: CliResult) => expect(result, result.stdout + result.stderr).toMatchObject({ exitCode: 0 });
    const said = async (...args: string[]) => {
      const result = await cli(...args);
      expectSuccess(result);
      return result.stdout.trim();
    };
    const docker = async (...args: string[]) => {
      const config = (await said("config", "dev")).split("\n").map((line) => line.replaceAll('"', ""));
      return (await run("docker", [...config, ...args])).stdout.trim();
    };

    it(
      "one is made with a single command, and runs a container",
      async () => {
        const userData = join(world.cli.directory, "user-data");
        await writeFile(userData, "#!/bin/sh\nid -un >/var/told-by-user-data\n");
        const created = await cli("create", "-d", "amazonec2", ...world.flags, "--amazonec2-userdata", userData, "dev");
        expectSuccess(created);
        expect(created.stdout).toMatch(/Docker is up and running!\nTo see how to connect .* docker-machine env dev\n$/);
        expect(await docker("import", join(await amiFolder(), "..", "busybox.tar"), "busybox")).toMatch(/^sha256:/);
        const text = await docker("run", "-v", "kept:/kept", "busybox", "sh", "-c", "echo precious > /kept/file; uname -n");
        expect(text).toMatch(/^[0-9a-f]{12}$/);
      },
      CREATE_TIMEOUT_MS,
    );

    it("the user data was obeyed, and the machine has its name", async () => {
      expect(await said("ssh", "dev", "cloud-init status --wait >/dev/null; cat /var/told-by-user-data; hostname")).toBe("root\ndev");
    });

    it("it is listed, and tells address, url, status and environment", async () => {
      const ip = await said("ip", "dev");
      const url = `tcp://${ip}:2376`;
      expect(await said("url", "dev")).toBe(url);
      expect(await said("status", "dev")).toBe("Running");
      expect(await said("env", "dev")).toContain(`export DOCKER_HOST="${url}"`);
      expect((await cli("ls")).stdout).toMatch(new RegExp(`\\ndev +- +amazonec2 +Running +${url} +v\\d`));
    });

    it("no secret is in the store", async () => {
      const paths = globSync("**/*", { cwd: world.cli.storagePath }).map((path) => join(world.cli.storagePath, path));
      for (const path of paths.filter((each) => statSync(each).isFile())) {
        const text = await readFile(path, "utf8");
        for (const secret of world.secrets) expect(text.includes(secret), path).toBe(false);
      }
    });

    it("after stop and start it has another address, which all follow, and its data", { timeout: CREATE_TIMEOUT_MS }, async () => {
      const before = await said("ip", "dev");
      expectSuccess(await cli("stop", "dev"));
      expect(await said("status", "dev")).toBe("Stopped");
      expect((await cli("ls")).stdout).toMatch(/\ndev +- +amazonec2 +Stopped/);
      expectSuccess(await cli("start", "dev"));
      const after = await said("ip", "dev");
      expect(after).not.toBe(before);
      expect(await said("env", "dev")).toContain(`export DOCKER_HOST="tcp://${after}:2376"`);
      expect(await docker("run", "-v", "kept:/kept", "busybox", "cat", "/kept/file")).toBe("precious");
      expect(await said("ssh", "dev", "hostname")).toBe("dev");
    });

    it("restarted it keeps its address, and Docker is there again", { timeout: CREATE_TIMEOUT_MS }, async () => {
      const before = await said("ip", "dev");
      expectSuccess(await cli("restart", "dev"));
      expect(await said("ip", "dev")).toBe(before);
      expect(await docker("run", "-v", "kept:/kept", "busybox", "cat", "/kept/file")).toBe("precious");
    });

    it(
      "another one is made through it, as a bastion, since its private address is reached from there only",
      async () => {
        const bastion = ["--amazonec2-bastion", `ubuntu@${await said("ip", "dev")}`];
        const key = ["--amazonec2-bastion-ssh-keypath", world.cli.machinePath("dev", "id_ed25519")];
        expectSuccess(await cli("create", "-d", "amazonec2", ...world.flags, ...bastion, ...key, "inner"));
        expect(await said("ip", "inner")).not.toBe(await said("ip", "dev"));
        expect(await said("ssh", "inner", "hostname")).toBe("inner");
        expect((await cli("ls")).stdout).toMatch(/\ninner +- +amazonec2 +Running +\S+ +v\d/);
        expectSuccess(await cli("rm", "-y", "inner"));
        expect(await said("status", "dev")).toBe("Running");
      },
      CREATE_TIMEOUT_MS,
    );

    it("as the Go program would have saved it, it is listed, logged in to, stopped and started", {
      timeout: CREATE_TIMEOUT_MS,
    }, async () => {
      const before = await said("ip", "dev");
      const path = world.cli.machinePath("dev", "config.json");
      const ours = await readFile(path, "utf8");
      const goes = await asGoSaves(JSON.parse(ours), world.goFields);
      await writeFile(path, JSON.stringify(goes, null, 4));
      await rm(world.cli.machinePath("dev", "known_hosts"), { force: true });
      expect((await cli("ls")).stdout).toMatch(/\ndev +- +amazonec2 +Running/);
      expect(await said("ssh", "dev", "hostname")).toBe("dev");
      expectSuccess(await cli("stop", "dev"));
      expectSuccess(await cli("start", "dev"));
      expect(await said("ip", "dev")).not.toBe(before);
      expect(await docker("run", "-v", "kept:/kept", "busybox", "cat", "/kept/file")).toBe("precious");
      await writeFile(path, ours);
    });

    it("rm leaves nothing", { timeout: CREATE_TIMEOUT_MS }, async () => {
      expect(await world.residue()).not.toEqual([]);
      expectSuccess(await cli("rm", "-y", "dev"));
      expect(await world.residue()).toEqual([]);
      expect(await said("ls", "-q")).toBe("");
    });

    it("AWS's own service model knows all that was asked and answered", () => {
      expect(world.violations()).toEqual([]);
    });
  },
);

interface SavedMachine {
  readonly Driver: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A machine's file with nothing in it that only this program writes. */
async function asGoSaves(saved: SavedMachine, more: Readonly<Record<string, unknown>>): Promise<SavedMachine> {
  const { DockerMachine: _ours, Driver, ...machine } = saved;
  const fields = new URL("../fixtures/go-store/driver-fields/amazonec2.json", import.meta.url);
  const known: Record<string, unknown> = JSON.parse(await readFile(fields, "utf8"));
  const kept = Object.entries(known).map(([name, value]) => [name, Driver[name] ?? value]);
  return { ...machine, Driver: { ...Object.fromEntries(kept), ...more } };
}
