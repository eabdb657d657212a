import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { driverPackage } from "../support/driver-package.js";
import { PackageRegistry, type PublishedTarball } from "../support/package-registry.js";
import { RegistrySigner } from "../support/registry-signer.js";
import { SigstoreAuthority } from "../support/sigstore-authority.js";

const PACKAGE = "docker-machine-driver-acme";
const KEYS = "-/npm/v1/keys";
const ATTESTATIONS = "-/npm/v1/attestations";

/** A registry with a driver, and the built program: the bundle has sigstore's libraries in files of their own. */
async function start(): Promise<{ registry: PackageRegistry; install: () => Promise<CliResult> }> {
  const registry = await PackageRegistry.start();
  onTestFinished(() => registry.stop());
  registry.publish(driverPackage());
  const cli = await Cli.create();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  const home = join(cli.directory, "home");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, ".npmrc"), `registry=${registry.url}\n`);
  return { registry, install: () => cli.run(["driver", "install", `npm:${PACKAGE}`]) };
}

test("A driver that its registry has signed is installed, and one with a wrong signature is not", async () => {
  const { registry, install } = await start();
  const signer = new RegistrySigner();
  registry.documents.set(KEYS, signer.keys());
  registry.distFields = (tarball) => ({ signatures: [signer.signature({ ...tarball, version: "2.0.0" })] });
  const refused = await install();
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(`The registry's signature of ${PACKAGE} 1.0.0 does not hold`);
  expect(registry.requests.map(({ path }) => path)).toEqual([PACKAGE, KEYS]);
  registry.distFields = (tarball) => ({ signatures: [signer.signature(tarball)] });
  expect(await install()).toMatchObject({ exitCode: 0 });
});

test("A driver whose provenance was changed is not installed", async () => {
  const { registry, install } = await start();
  const authority = await SigstoreAuthority.start();
  const told: PublishedTarball[] = [];
  registry.distFields = (tarball) => {
    told.push(tarball);
    return { attestations: { url: `${registry.url}${ATTESTATIONS}`, provenance: { predicateType: "https://slsa.dev/provenance/v1" } } };
  };
  registry.documents.set(ATTESTATIONS, { attestations: [{ bundle: {} }] });
  const garbage = await install();
  expect(garbage.stderr).toContain(`The provenance of ${PACKAGE} 1.0.0 does not hold`);
  const [tarball] = told;
  if (tarball === undefined) expect.unreachable("The registry was asked for the package");
  registry.documents.set(ATTESTATIONS, { attestations: [await authority.provenance({ ...tarball, version: "2.0.0" })] });
  const other = await install();
  expect(other.exitCode).not.toBe(0);
  expect(other.stderr).toContain(`it is of "pkg:npm/${PACKAGE}@2.0.0"`);
});
