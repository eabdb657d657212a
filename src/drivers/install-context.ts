import type { Logger } from "@docker-machine/driver-sdk";
import type { Settings } from "../settings.js";
import type { Candidate, Gate, InstallWishes } from "./candidate.js";
import type { Ask } from "./consent/trust.js";
import type { GitHosts } from "./git-hosts/git-hosts.js";
import type { DependencyPins } from "./npm/dependency-pins.js";
import type { NpmClient } from "./npm/npm-client.js";
import type { TreeRoot } from "./npm/plain-tree.js";
import type { Receipts } from "./receipts.js";
import type { HostSdk } from "./sdk-link.js";

/** The steps of an installation, in their order. */
export const INSTALL_STEPS = ["sweep", "resolve", "trust", "unpack", "dependencies", "record", "import", "swap", "receipt"] as const;

/** One of {@link INSTALL_STEPS}. */
export type InstallStep = (typeof INSTALL_STEPS)[number];

/** Decides which packages exactly are laid below a driver, and judges the tree that comes of it. */
export interface Pinning {
  /** @param source the driver's source, for messages */
  pins(root: TreeRoot, npm: NpmClient, source: string): Promise<DependencyPins>;
  /**
   * Judges a recorded tree before it is used.
   *
   * @param folder the folder of the tree's listing
   * @throws {MachineError} if it must not be installed
   */
  check(folder: string): Promise<void>;
}

/** What an installation needs. */
export interface InstallContext {
  /** The drivers' folder, whose lock the caller holds. */
  readonly directory: string;
  readonly receipts: Receipts;
  readonly sdk: HostSdk;
  readonly settings: Settings;
  /** The folder of what can be fetched again. Absent: nothing is kept. */
  readonly cacheDirectory?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly wishes: InstallWishes;
  /** Absent without a terminal. */
  readonly ask?: Ask | undefined;
  /** Who may refuse what was found, in this order. */
  readonly gates: readonly Gate[];
  readonly signal: AbortSignal;
  readonly gitHosts: GitHosts;
  /** Told before each step begins. */
  readonly onStep: (step: InstallStep) => void;
  /** The version of this program, for the receipt. */
  readonly programVersion: string;
  /** Absent: the newest packages that fit. */
  readonly pinning?: Pinning;
}

/** {@link InstallContext} with the private folder of one installation. */
export type StageContext = InstallContext & { readonly scratch: string };

/** A driver's tree, made beside and checked, that only has to be put into its place. */
export interface StagedDriver {
  readonly candidate: Candidate;
  /** The folder to be renamed. */
  readonly staged: string;
  /** What is recorded as the package's name: for a program, its file's. */
  readonly package: string;
  /** Relative to the package's folder. */
  readonly entry: string;
  /** The install scripts that ran, if running them was asked for. */
  readonly scripts?: readonly string[];
  /** Imports it for a check, once its tree is recorded. */
  readonly tryImport: () => Promise<void>;
}
