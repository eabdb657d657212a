import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CandidateFacts } from "../../src/drivers/candidate.js";
import { NpmClient } from "../../src/drivers/npm/npm-client.js";
import type { TrustSource } from "../../src/drivers/signatures/trust-anchors.js";
import { type DriverPackageOptions, driverPackage } from "./driver-package.js";
import { PackageRegistry, type PublishedTarball } from "./package-registry.js";
import { RegistryTrust } from "./registry-trust.js";
import { scratchDirectory } from "./scratch-directory.js";

/** How a registry is asked for facts. */
export interface FactsOptions {
  readonly name?: string;
  readonly trust?: TrustSource;
  readonly env?: NodeJS.ProcessEnv;
  readonly onUnchecked?: (problem: string) => void;
}

/** The package that tests of signatures publish. */
export const PACKAGE = "docker-machine-driver-acme";

/** A registry with a driver, whose signature and attestations a test decides, and a client of it. Both end with the test. */
export class VouchingRegistry {
  readonly registry: PackageRegistry;
  readonly root: string;

  private constructor(registry: PackageRegistry, root: string) {
    this.registry = registry;
    this.root = root;
  }

  static async start(options: DriverPackageOptions = {}): Promise<VouchingRegistry> {
    const registry = await PackageRegistry.start();
    onTestFinished(() => registry.stop());
    registry.publish(driverPackage(options));
    return new VouchingRegistry(registry, await scratchDirectory());
  }

  /** What the registry tells of the newest version, verified. */
  async facts({ name = PACKAGE, trust = new RegistryTrust({}), env = {}, onUnchecked }: FactsOptions = {}): Promise<CandidateFacts> {
    const npm = this.client(trust, env);
    return npm.facts(name, await npm.find(name, "latest", { fits: () => true }), onUnchecked);
  }

  /** The newest version's tarball, as the registry tells it. */
  async tarball(name = PACKAGE): Promise<PublishedTarball> {
    const { manifest, integrity } = await this.client(new RegistryTrust({})).find(name, "latest", { fits: () => true });
    return { name, version: String(manifest.version), integrity: String(integrity) };
  }

  client(trust: TrustSource, env: NodeJS.ProcessEnv = {}): NpmClient {
    const { url } = this.registry;
    const places = {
      HOME: this.root,
      npm_config_cache: join(this.root, "npm-cache"),
      npm_config_globalconfig: join(this.root, "no-npmrc"),
    };
    return new NpmClient({
      env: { ...places, npm_config_registry: url, ...env },
      directory: join(this.root, "drivers"),
      signal: new AbortController().signal,
      trust,
    });
  }

  /** The paths that were asked for. */
  get paths(): string[] {
    return this.registry.requests.map(({ path }) => path);
  }
}
