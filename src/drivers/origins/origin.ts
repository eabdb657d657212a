import type { Logger } from "@docker-machine/driver-sdk";
import type { Settings } from "../../settings.js";
import type { PackageTarball } from "../archive/package-tarball.js";
import type { CandidateFacts, InstallWishes } from "../candidate.js";
import type { GitHostApi } from "../git-hosts/git-host-api.js";
import { SDK_PACKAGE } from "../manifest.js";
import type { NpmClient } from "../npm/npm-client.js";

/** What an origin works with. */
export interface OriginContext {
  /** A private folder for this one fetch; its maker removes it. */
  readonly scratch: string;
  readonly npm: NpmClient;
  readonly settings: Settings;
  /** The folder of what can be fetched again. Absent: nothing is kept. */
  readonly cacheDirectory?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The API of a git host, by the host's name with its port; undefined where there is none. */
  readonly hostApi: (host: string) => Promise<GitHostApi | undefined>;
  readonly wishes: InstallWishes;
  /** Whether the SDK range of a package.json takes this program's SDK. A package.json without one counts as fitting, so that it is refused for what it lacks. */
  readonly fits: (manifest: unknown) => boolean;
}

/** What all found versions have. */
interface Resolved {
  /** The git commit, if it came from git. */
  readonly commit?: string;
  /** The tag that stood for the commit, if it was one. */
  readonly tag?: string;
  /** The packed package's or the program's hash, if it came packed. */
  readonly integrity?: string;
  readonly facts?: CandidateFacts;
}

/** One version of a package, found but not yet unpacked. */
export interface ResolvedPackage extends Resolved {
  readonly kind: "package";
  /** Its package.json, unchecked. */
  readonly manifest: unknown;
  /** The newest version that was passed over, since its SDK range doesn't take this program's SDK. */
  readonly passedOver?: PassedOver;
  /** Brings the package's tarball, inspected. */
  fetch(): Promise<PackageTarball>;
}

/** A version that doesn't fit this program's SDK. */
export interface PassedOver {
  readonly version: string;
  readonly sdkRange: string;
}

/** What is told of a version whose package.json doesn't fit. */
export function passedOver(manifest: unknown): PassedOver {
  const { version, peerDependencies } = manifest as {
    readonly version?: unknown;
    readonly peerDependencies?: Readonly<Record<string, unknown>>;
  };
  return { version: String(version), sdkRange: String(peerDependencies?.[SDK_PACKAGE]) };
}

/** A Go plugin's program in a release, found but not yet downloaded. */
export interface ResolvedProgram extends Resolved {
  readonly kind: "program";
  /** The driver's name, checked. */
  readonly name: string;
  readonly version: string;
  /** Brings the program as a file of the scratch folder, verified. */
  fetchProgram(): Promise<string>;
}

/** A driver's folder on this computer, to be used in place. */
export interface ResolvedFolder {
  readonly kind: "folder";
  readonly manifest: unknown;
  /** Its path without symbolic links. */
  readonly directory: string;
}

/** What a source comes to. */
export type ResolvedDriver = ResolvedPackage | ResolvedProgram | ResolvedFolder;

/** How one kind of source is resolved: to one version, with its package.json, which is all that may be read before the checks. */
export type Origin<S, R extends ResolvedDriver = ResolvedPackage> = (source: S, context: OriginContext) => Promise<R>;
