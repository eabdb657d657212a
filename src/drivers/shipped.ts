import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** A driver that comes with docker-machine. */
export interface ShippedDriver {
  readonly name: string;
  readonly package: string;
  /** Imports its package. */
  readonly load: () => Promise<unknown>;
}

const SHIPPED: ReadonlyMap<string, ShippedDriver> = new Map(
  [
    { name: "none", package: "@docker-machine/driver-none", load: () => import("@docker-machine/driver-none") },
    { name: "generic", package: "@docker-machine/driver-generic", load: () => import("@docker-machine/driver-generic") },
  ].map((driver) => [driver.name, driver]),
);
/** Names kept for docker-machine's own drivers, whether they are built in yet or not. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(["virtualbox", "ec2", "amazonec2", "qemu", "generic", "none"]);

/** Whether `name` is kept for docker-machine's own drivers. */
export function isShippedName(name: string): boolean {
  return RESERVED_NAMES.has(name);
}

/** The drivers that are shipped. */
export function shippedDrivers(): readonly ShippedDriver[] {
  return [...SHIPPED.values()];
}

/** The shipped driver of that name, if there is one. */
export function findShipped(name: string): ShippedDriver | undefined {
  return SHIPPED.get(name);
}

/** The version of a shipped driver's package. */
export function shippedVersion(driver: ShippedDriver): string {
  const path = createRequire(import.meta.url).resolve(`${driver.package}/package.json`);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return version;
}
