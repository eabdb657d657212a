import type { OptionSources } from "../options.js";
import type { RunScript, SshScript } from "./fake-host.js";
import type { StepRunner } from "./step-runner.js";

/** An optional operation of a driver. */
export type Capability = "preCreateCheck" | "sshEndpoint" | "start" | "stop" | "kill" | "pause" | "save" | "restart";

/** The outside of one test, as the driver under test meets it: a hypervisor, a cloud. It starts out empty. */
export interface ConformanceWorld {
  /** What the user types to create a machine here, by flag name. Give secret options too, so that the suite can look for leaks. */
  readonly flags: NonNullable<OptionSources["flags"]>;
  /** Plays the programs that the driver runs through its host. Default: every program is missing. */
  readonly run?: RunScript;
  /** Plays the commands that the driver runs on its hosts over SSH. Default: nothing answers there. */
  readonly ssh?: SshScript;
  /** Names of all that exists outside because of the driver: hosts, disks, keys, firewall rules. Empty at first. */
  residue(): Promise<readonly string[]>;
  /** Ends what the world started, such as servers. */
  dispose?(): Promise<void>;
}

/** What the conformance suite must know about a driver. */
export interface ConformanceFixture {
  /**
   * Makes an empty outside; called several times a test.
   *
   * @param outside pass every effect through it that doesn't go through the driver's host, such as a request to a fake cloud: then the suite lets it fail, too
   */
  createWorld(outside: StepRunner): ConformanceWorld | Promise<ConformanceWorld>;
  /** The optional operations that the driver is meant to have. */
  readonly capabilities: readonly Capability[];
  /** The built entry module of the package, a `file:` URL. It is imported in a process of its own. Without it, that test is left out. */
  readonly moduleUrl?: string | URL;
  /** Whether `create` finishes a half-made machine. A driver that says why not, with an error, sets this to false. Default: true. */
  readonly createContinues?: boolean;
  /** Whether the driver only adopts hosts that somebody else makes and removes, so that its status outlives `remove`. Default: false. */
  readonly adoptsHosts?: boolean;
  /** Milliseconds that one operation may take; pauses through the host take none. Default: 3000. */
  readonly operationTimeoutMs?: number;
}

/** One test, for any test runner. */
export interface ConformanceTest {
  /** A sentence about the driver's behaviour. */
  readonly name: string;
  /** Rejects, with a message for the driver's author, if the driver doesn't behave. */
  readonly run: () => Promise<void>;
}
