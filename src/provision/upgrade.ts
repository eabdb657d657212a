import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { EngineOptions } from "../store/machine-config.js";
import { INSTALL_TIMEOUT_MS, inspect, proxyVariables, type WaitForEngineRequest, waitForEngine } from "./provision.js";
import { UPGRADE_DOCKER } from "./scripts.js";

/** What {@link upgradeEngine} upgrades. */
export interface UpgradeRequest extends WaitForEngineRequest {
  readonly machineName: string;
  readonly engineOptions: EngineOptions;
  /** What is being done now, for a live display. */
  readonly progress: (step: string) => void;
}

/** What an upgrade came to. */
export interface EngineUpgrade {
  /** The package that Docker was installed from, such as `docker.io` or `docker-ce`. */
  readonly packageName: string;
  /** The package's versions. The same: it was the newest already. */
  readonly before: string;
  readonly after: string;
  /** The version of the engine that runs now. */
  readonly engineVersion: string;
}

/**
 * Upgrades Docker on a host to the newest version that the host's package manager knows, restarts it, and waits until it answers. May be repeated.
 * Whatever package it was installed from stays the one: `docker-ce` by get.docker.com, or the distribution's own.
 *
 * @throws {MachineError} `HOST_UNSUPPORTED`, `HOST_NOT_ROOT`, `ENGINE_UPGRADE_FAILED`, `ENGINE_NOT_RUNNING`, and what SSH throws
 */
export async function upgradeEngine(request: UpgradeRequest): Promise<EngineUpgrade> {
  const { connection, progress } = request;
  await inspect(connection);
  progress("Upgrading the packages");
  const [packageName = "", before = "", after = ""] = (await upgradePackages(request)).split("\n");
  progress("Waiting for Docker");
  const { version } = await waitForEngine(request);
  return { packageName, before, after, engineVersion: version };
}

async function upgradePackages({ connection, engineOptions, machineName }: UpgradeRequest): Promise<string> {
  try {
    const options = { as: "root", purpose: "upgrade Docker", timeoutMs: INSTALL_TIMEOUT_MS } as const;
    return (await connection.runScript(UPGRADE_DOCKER, proxyVariables(engineOptions), options)).stdout;
  } catch (error) {
    if (!isDriverError(error) || error.code !== "SSH_COMMAND_FAILED") throw error;
    throw new MachineError("ENGINE_UPGRADE_FAILED", error.message, {
      cause: error,
      suggestions: [`Look at the host: docker-machine ssh ${machineName}`, `Then again: docker-machine upgrade ${machineName}`],
    });
  }
}
