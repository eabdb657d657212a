import type { Logger } from "@docker-machine/driver-sdk";
import type { Settings } from "../settings.js";
import type { Ask } from "./consent/trust.js";
import type { InstallStep } from "./install-context.js";
import type { LoadOfficialIndex } from "./official-index/index-gate.js";
import type { PolicyPlaces } from "./policy/policy-places.js";

/** What `Drivers` works with. */
export interface DriversOptions {
  /** The folder of installed drivers. It is made when needed. */
  readonly directory: string;
  /** The folder of what can be fetched again. Absent: nothing is kept. */
  readonly cacheDirectory?: string;
  /** Read when something is installed. */
  readonly settings: () => Promise<Settings>;
  /** Tokens, npm's settings and git's are taken from it. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What `./folder` is relative to. */
  readonly cwd: string;
  /** Absent without a terminal. */
  readonly ask?: Ask | undefined;
  /** The version of this program. */
  readonly programVersion: string;
  /** The official index. Absent: a short name stands for a package of npm. */
  readonly officialIndex?: LoadOfficialIndex;
  /** Where policies are looked for. Absent: there is none. */
  readonly policyPlaces?: PolicyPlaces;
  /** Told before each step of an installation, for a live display. */
  readonly onStep?: (step: InstallStep) => void;
}
