import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { waitFor } from "@docker-machine/driver-sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import definition from "../src/index.js";
import { machineId } from "../src/places.js";
import { FileMachine } from "./support/file-machine.js";
import { LocalHost } from "./support/local-host.js";

/** @typedef {ReturnType<typeof definition.createDriver>} Driver */

const CREATE = fileURLToPath(new URL("support/create.js", import.meta.url));
const image = process.env.NSPAWN_IMAGE ?? "";
const obstacle = image === "" ? "NSPAWN_IMAGE names no image" : process.getuid?.() === 0 ? undefined : "it needs root";

describe.skipIf(obstacle !== undefined)(`real hosts${obstacle === undefined ? "" : ` (skipped: ${obstacle})`}`, () => {
  /** @type {string} */
  let directory;
  /** @type {{ driver: Driver }[]} */
  let machines;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "nspawn-real-hosts-"));
    machines = [];
  });

  afterEach(async () => {
    for (const { driver } of machines) await driver.remove();
    await rm(directory, { recursive: true, force: true });
  });

  /** @param {string} name */
  function machine(name) {
    const folder = join(directory, name);
    mkdirSync(folder);
    const host = new LocalHost(folder);
    const flags = { "nspawn-image": image };
    const driver = definition.createDriver(new FileMachine(folder, name, flags), host);
    const made = { name, folder, host, flags, driver, id: machineId(folder) };
    machines.push(made);
    return made;
  }

  test("a host boots, can be logged in to, and comes back with its address and files", async () => {
    const { driver, host, id } = machine("dev");
    await driver.preCreateCheck?.();
    await driver.create();
    expect(await driver.status()).toBe("Running");
    const address = await driver.address();
    expect(await ssh({ driver, host }, "hostname")).toBe("dev\n");
    expect(await ssh({ driver, host }, "systemctl", "is-system-running", "--wait")).toBe("running\n");
    await ssh({ driver, host }, "touch", "/root/kept", "/var/lib/docker/kept");

    await driver.stop?.();
    expect(await driver.status()).toBe("Stopped");
    expect(await kernelResidue(host, id)).toEqual([]);
    await driver.start?.();
    expect(await driver.address()).toBe(address);
    expect(await ssh({ driver, host }, "ls", "/root/kept", "/var/lib/docker/kept")).toBe("/root/kept\n/var/lib/docker/kept\n");

    await driver.kill?.();
    expect(await driver.status()).toBe("Stopped");
    await driver.remove();
    expect(await driver.status()).toBe("NotFound");
    expect([...(await kernelResidue(host, id)), ...diskResidue(id)]).toEqual([]);
  });

  test("hosts that are created at the same time reach each other", async () => {
    const [first, second, third] = [machine("m1"), machine("m2"), machine("m3")];
    await Promise.all([first, second, third].map(({ driver }) => driver.create()));
    const addresses = await Promise.all([first, second, third].map(({ driver }) => driver.address()));
    expect(new Set(addresses).size).toBe(3);
    await ssh(second, "true");
    expect(await ssh(first, "bash", "-c", `'exec 3<>/dev/tcp/${addresses[1]}/22; head -c 4 <&3'`)).toBe("SSH-");
  });

  test("a create that is killed at any moment can be removed, or repeated", async () => {
    let isDone = false;
    for (let round = 0; !isDone; round++) {
      const { name, folder, flags, driver, host, id } = machine(`killed-${round}`);
      const child = spawn(process.execPath, [CREATE, folder, name, JSON.stringify(flags)], { stdio: "inherit" });
      const exit = once(child, "exit");
      await sleep(100 + round * 40);
      child.kill("SIGKILL");
      isDone = (await exit)[0] === 0;
      if (round % 2 === 1) {
        await driver.create();
        expect(await driver.status()).toBe("Running");
      }
      await driver.remove();
      expect([...(await kernelResidue(host, id)), ...diskResidue(id)], `after ${round * 40 + 100} ms`).toEqual([]);
    }
  });

  test("an image that can't boot is told with what its console says", async () => {
    const empty = join(directory, "empty-image");
    mkdirSync(empty);
    const folder = join(directory, "broken");
    mkdirSync(folder);
    const host = new LocalHost(folder);
    const driver = definition.createDriver(new FileMachine(folder, "broken", { "nspawn-image": empty }), host);
    await expect(driver.preCreateCheck?.()).rejects.toMatchObject({ code: "NSPAWN_IMAGE_UNFIT" });
    await expect(driver.create()).rejects.toMatchObject({ code: "NSPAWN_BOOT_FAILED", message: expect.stringContaining("os-release") });
    await driver.remove();
    expect([...(await kernelResidue(host, machineId(folder))), ...diskResidue(machineId(folder))]).toEqual([]);
  });
});

/**
 * Runs a command on a host, once it answers.
 *
 * @param {{ driver: Driver, host: LocalHost }} machine
 * @param {...string} command
 */
async function ssh({ driver, host }, ...command) {
  const endpoint = await driver.sshEndpoint?.();
  if (endpoint?.privateKeyPath === undefined) throw new Error("The machine has no SSH endpoint with a key.");
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=2", "LogLevel=ERROR", "BatchMode=yes"];
  const login = ["-i", endpoint.privateKeyPath, ...options.flatMap((option) => ["-o", option]), `${endpoint.user}@${endpoint.host}`];
  await waitFor(host, async () => (await host.run("ssh", [...login, "true"], { acceptedExitCodes: [0, 255] })).exitCode === 0, {
    description: `SSH on ${endpoint.host}`,
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  return (await host.run("ssh", [...login, ...command])).stdout;
}

/**
 * What the kernel still has of a machine.
 *
 * @param {LocalHost} host
 * @param {string} id
 */
async function kernelResidue(host, id) {
  const listings = [["ip", "netns", "list"], ["ip", "-brief", "link"], ["iptables-save"], ["ps", "-eo", "args"]];
  const outputs = await Promise.all(listings.map(async ([file = "", ...args]) => (await host.run(file, args)).stdout));
  const lines = [...outputs, readFileSync("/proc/self/mountinfo", "utf8")].flatMap((output) => output.split("\n"));
  return [...lines.filter((line) => line.includes(id)), ...globSync(`/sys/fs/cgroup/{*/,}docker-machine-nspawn-${id}`)];
}

/** @param {string} id */
function diskResidue(id) {
  const state = "/var/lib/docker-machine-nspawn";
  return [`${state}/machines/${id}`, `/run/systemd/nspawn/propagate/dmn-${id}`].filter((path) => existsSync(path));
}
