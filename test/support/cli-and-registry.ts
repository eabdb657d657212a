import { onTestFinished } from "vitest";
import { Cli } from "./cli.js";
import { PackageRegistry } from "./package-registry.js";

/** The built program and a registry, which end with the test. */
export async function startCliAndRegistry(): Promise<{ readonly cli: Cli; readonly registry: PackageRegistry }> {
  const cli = await Cli.create();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  const registry = await PackageRegistry.start();
  onTestFinished(() => registry.stop());
  return { cli, registry };
}
