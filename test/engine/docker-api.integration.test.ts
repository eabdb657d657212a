import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineVersion, readEngineCredentials } from "../../src/engine/docker-api.js";
import { type Engine, engineUnavailable, startEngine } from "../support/docker-engine.js";
import { storeCertificates } from "../support/store-certificates.js";

describe.skipIf(engineUnavailable)(
  `With a real dockerd${engineUnavailable === undefined ? "" : ` (skipped: ${engineUnavailable})`}`,
  () => {
    let directory: string;
    let engine: Engine;

    async function makeStore(name: string) {
      const machineDirectory = join(directory, name, "machines", "dev");
      await mkdir(machineDirectory, { recursive: true });
      const certificates = storeCertificates(join(directory, name));
      await certificates.ensureAuthority();
      await certificates.copyClientFiles(machineDirectory);
      const files = await certificates.ensureServerCertificate({ machineName: "dev", machineDirectory, hosts: ["127.0.0.1"] });
      return { credentials: await readEngineCredentials(machineDirectory), files };
    }

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
      engine = await startEngine(directory, (await makeStore("ours")).files);
    }, 60_000);

    afterAll(async () => {
      await engine?.stop();
      await rm(directory, { recursive: true, force: true });
    }, 60_000);

    test("the version is told to a client of the same CA", async () => {
      const { credentials } = await makeStore("ours");
      const { version, apiVersion } = await engineVersion(engine.url, credentials);
      expect(version).toMatch(/^\d+\.\d+/);
      expect(apiVersion).toMatch(/^1\.\d+$/);
    });

    test("a client of another CA distrusts it", async () => {
      const { credentials } = await makeStore("others");
      await expect(engineVersion(engine.url, credentials)).rejects.toMatchObject({
        code: "ENGINE_CERTIFICATE_INVALID",
        message: expect.stringContaining("was not signed by this store's CA"),
      });
    });

    test("a client with another CA's certificate is refused by it", async () => {
      const [ours, others] = [await makeStore("ours"), await makeStore("others")];
      await expect(engineVersion(engine.url, { ...others.credentials, ca: ours.credentials.ca })).rejects.toMatchObject({
        code: "ENGINE_CLIENT_REFUSED",
      });
    });
  },
);
