import type { DriverDefinition } from "@docker-machine/driver-sdk";

/** A driver ready for use, or the stand-in for one that is missing. */
export interface LoadedDriver {
  readonly definition: DriverDefinition;
  readonly name: string;
  /** The canonical source, to be stored with a machine. */
  readonly source: string;
  readonly version: string;
  readonly kind: "shipped" | "installed" | "linked" | "missing";
}
