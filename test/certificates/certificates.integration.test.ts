import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { authorityPaths, storeCertificates } from "../support/store-certificates.js";

const hooks = fileURLToPath(new URL("../support/run-typescript.mjs", import.meta.url));
const script = fileURLToPath(new URL("./ensure-authority.ts", import.meta.url));

test("Twenty processes that use an empty store at once agree on one CA and one client certificate", { timeout: 120_000 }, async () => {
  const directory = await scratchDirectory();
  const paths = authorityPaths(directory);
  const processes = Array.from({ length: 20 }, async () => {
    await runProcess(process.execPath, ["--import", hooks, script, directory]);
    return Promise.all(Object.values(paths).map((path) => readFile(path, "utf8")));
  });
  const seen = await Promise.all(processes);
  expect(new Set(seen.map((files) => files.join(""))).size).toBe(1);
  await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
  await storeCertificates(directory).ensureAuthority();
  expect((await readdir(join(directory, "certs"))).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
});

test("A process killed at any moment of its first use leaves a store that the next one completes", { timeout: 120_000 }, async () => {
  const directory = await scratchDirectory();
  const paths = authorityPaths(directory);
  for (let afterMs = 100; afterMs <= 900; afterMs += 100) {
    const started = runProcess(process.execPath, ["--import", hooks, script, directory], { timeoutMs: afterMs });
    await started.catch(() => undefined);
  }
  await storeCertificates(directory).ensureAuthority();
  await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
});
