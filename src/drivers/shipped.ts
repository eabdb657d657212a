import ec2Manifest from "@docker-machine/driver-ec2/package.json" with { type: "json" };
import genericManifest from "@docker-machine/driver-generic/package.json" with { type: "json" };
import noneManifest from "@docker-machine/driver-none/package.json" with { type: "json" };
import qemuManifest from "@docker-machine/driver-qemu/package.json" with { type: "json" };
import virtualboxManifest from "@docker-machine/driver-virtualbox/package.json" with { type: "json" };
import { MachineError } from "../errors.js";

/** A driver that comes with docker-machine. */
export interface ShippedDriver {
  readonly name: string;
  /** Of its package. */
  readonly version: string;
  /** Imports its package. */
  readonly load: () => Promise<unknown>;
}

/** Other names of shipped drivers. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["ec2", "amazonec2"],
  ["aws", "amazonec2"],
]);

const SHIPPED: ReadonlyMap<string, ShippedDriver> = new Map(
  [
    { name: "none", version: noneManifest.version, load: () => import("@docker-machine/driver-none") },
    { name: "generic", version: genericManifest.version, load: () => import("@docker-machine/driver-generic") },
    { name: "amazonec2", version: ec2Manifest.version, load: () => import("@docker-machine/driver-ec2") },
    { name: "qemu", version: qemuManifest.version, load: () => import("@docker-machine/driver-qemu") },
    { name: "virtualbox", version: virtualboxManifest.version, load: () => import("@docker-machine/driver-virtualbox") },
  ].map((driver) => [driver.name, driver]),
);

/** Whether `name` is kept for docker-machine's own drivers: as a name or as another one. */
export function isShippedName(name: string): boolean {
  return findShipped(name) !== undefined;
}

/** The drivers that are shipped. */
export function shippedDrivers(): readonly ShippedDriver[] {
  return [...SHIPPED.values()];
}

/** The shipped driver of that name or alias, if there is one. */
export function findShipped(name: string): ShippedDriver | undefined {
  return SHIPPED.get(ALIASES.get(name) ?? name);
}

/** For a shipped driver that is to be installed. */
export function shippedAlready(name: string): MachineError {
  return new MachineError("DRIVER_SHIPPED", `The driver "${name}" is part of docker-machine and needs no installing.`, {
    suggestions: [`docker-machine create -d ${name} MACHINE`],
  });
}

/** For a shipped driver that is to be removed. */
export function shippedStays(name: string): MachineError {
  return new MachineError("DRIVER_SHIPPED", `The driver "${name}" is part of docker-machine and can't be uninstalled.`);
}
