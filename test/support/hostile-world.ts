import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { DriverError } from "@docker-machine/driver-sdk";
import { expect } from "vitest";
import { type DriverPackageOptions, driverCode, driverPackage, type PackageFiles } from "./driver-package.js";
import { DriverWorld } from "./driver-world.js";
import { errorOf } from "./error-of.js";

/** The source of the driver that is installed at first. */
export const ACME = "npm:docker-machine-driver-acme";

/** A world in which version 1.0.0 of the driver "acme" is installed, and somebody means ill. */
export class HostileWorld {
  readonly world: DriverWorld;
  #names: readonly string[] = [];
  #folder = "";

  private constructor(world: DriverWorld) {
    this.world = world;
  }

  static async start(): Promise<HostileWorld> {
    const world = await DriverWorld.start();
    world.registry.publish(driverPackage({ version: "1.0.0" }));
    const hostile = new HostileWorld(world);
    hostile.#folder = (await world.drivers().install(ACME)).folder;
    await world.drivers().obtain("acme");
    hostile.#names = await hostile.#around();
    return hostile;
  }

  /** A file that is there as soon as anything of a hostile package has run. */
  get canary(): string {
    return join(this.world.root, "canary");
  }

  /** The files of version 2.0.0 of "acme", all of whose code and scripts write the canary. */
  package(options: DriverPackageOptions = {}): PackageFiles {
    const { driver = "acme", version = "2.0.0", manifest } = options;
    const code = driverCode(driver, JSON.stringify(version), this.trap("import"));
    return driverPackage({ code, version, ...options, manifest: { scripts: this.scripts(), ...manifest } });
  }

  /** A statement that writes the canary. */
  trap(form: "import" | "require"): string {
    const call = `.writeFileSync(${JSON.stringify(this.canary)}, "");`;
    return form === "import" ? `import fs from "node:fs";\nfs${call}` : `require("node:fs")${call}`;
  }

  /** Every script that an installer might run. */
  scripts(): Record<string, string> {
    const names = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "prepack", "preuninstall"];
    return Object.fromEntries(names.map((name) => [name, `touch ${this.canary}`]));
  }

  /** Nothing was lost and nothing run: version 1.0.0 is the installed one and loads, and there is nothing that was not there before. */
  async expectUnharmed(): Promise<void> {
    const { driver } = await this.world
      .drivers()
      .obtain("acme")
      .then(({ definition }) => ({ driver: definition.summary }));
    expect(driver).toBe("1.0.0");
    expect(await this.world.folders()).toEqual([this.#folder]);
    expect(await this.#around()).toEqual(this.#names);
  }

  /** That `action` is refused with that code and something to do, and {@link expectUnharmed}. */
  async expectRefusal(action: () => unknown, code: string, message?: RegExp): Promise<DriverError> {
    const error = await errorOf(action);
    expect(error).toMatchObject({ code });
    expect(error.suggestions, "it says what to do").not.toEqual([]);
    if (message !== undefined) expect(error.message).toMatch(message);
    await this.expectUnharmed();
    return error;
  }

  /** What is in the world's folder, and in the drivers' folder: a canary or an escaped file would be new. */
  async #around(): Promise<string[]> {
    const own = (await readdir(this.world.root)).filter((name) => !["npm-cache", "repositories"].includes(name));
    const inside = (await readdir(this.world.directory)).map((name) => `drivers/${name}`);
    return [...own, ...inside].filter((name) => !name.startsWith("drivers/.staging")).sort();
  }
}
