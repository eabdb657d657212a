import type { Logger } from "@docker-machine/driver-sdk";
import type { Settings } from "../../settings.js";
import type { NpmClient } from "../npm-client.js";
import type { PackageTarball } from "../package-tarball.js";

/** What an origin works with. */
export interface OriginContext {
  /** A private folder for this one fetch; its maker removes it. */
  readonly scratch: string;
  readonly npm: NpmClient;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** One version of a package, found but not yet unpacked. */
export interface ResolvedPackage {
  /** Its package.json, unchecked. */
  readonly manifest: unknown;
  /** The git commit, if it came from git. */
  readonly commit?: string;
  /** The packed package's hash, if it came packed. */
  readonly integrity?: string;
  /** Brings the package's tarball, inspected. */
  fetch(): Promise<PackageTarball>;
}

/** A driver's folder on this computer, to be used in place. */
export interface ResolvedFolder {
  readonly manifest: unknown;
  /** Its path without symbolic links. */
  readonly directory: string;
}

/** How one kind of source is resolved: to one version, with its package.json, which is all that may be read before the checks. */
export type Origin<S> = (source: S, context: OriginContext) => Promise<ResolvedPackage>;
