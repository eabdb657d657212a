import { join } from "node:path";
import { MachineError } from "../../errors.js";
import { TreeBudget } from "../archive/archive-limits.js";
import { unpackDependency } from "../archive/package-tarball.js";
import { currentPlatform, type DependencyPin, type DependencyPins, fitsPlatform, formatPlatform, packageAt } from "./dependency-pins.js";
import type { NpmRegistry } from "./npm-registry.js";
import type { TreeRoot } from "./plain-tree.js";

const DOWNLOADS_AT_ONCE = 12;

/**
 * Lays just the pinned packages into the `node_modules` of a package: whatever the registry has by now, and wherever it is. What is in npm's cache by its hash is not asked for.
 * Optional packages that don't run on this platform are left out.
 *
 * @throws {MachineError} `DRIVER_PLATFORM_UNSUPPORTED`; errors are else those of {@link NpmRegistry}, with `EINTEGRITY` for what isn't what was pinned
 */
export async function layPinnedTree({ folder, scratch, content }: TreeRoot, pins: DependencyPins, registry: NpmRegistry): Promise<void> {
  const budget = new TreeBudget(content.name);
  const waiting = placesHere(pins).entries();
  // All workers take from the one iterator.
  const work = async () => {
    for (const [index, [place, pin]] of waiting) {
      const file = join(scratch, `dependency-${index}.tgz`);
      await registry.downloadVersion({ name: packageAt(place, pin), version: pin.version, integrity: pin.integrity }, file);
      await unpackDependency(file, join(folder, place), budget);
    }
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, work));
}

function placesHere(pins: DependencyPins): [string, DependencyPin][] {
  const platform = currentPlatform();
  const entries = Object.entries(pins);
  const unfit = entries.filter(([, pin]) => !fitsPlatform(pin, platform));
  const needed = unfit.find(([, pin]) => pin.optional !== true);
  if (needed !== undefined) {
    throw new MachineError(
      "DRIVER_PLATFORM_UNSUPPORTED",
      `The driver needs ${packageAt(...needed)} ${needed[1].version}, which does not run on ${formatPlatform(platform)}.`,
      { suggestions: ["Use the driver on another computer, or ask its author."] },
    );
  }
  return entries.filter(([place]) => !unfit.some(([other]) => place === other || place.startsWith(`${other}/`)));
}
