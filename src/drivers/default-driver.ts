import { isDriverDefinition } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { Settings } from "../settings.js";
import { findShipped } from "./shipped.js";

/** Drivers that make machines on this computer, best known first. */
const LOCAL_DRIVERS = ["virtualbox", "qemu"];

/** What {@link defaultDriver} looks at. */
export interface DefaultDriverOptions {
  readonly settings: Pick<Settings, "driver">;
  /** Its PATH tells which programs there are. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What `create` without a driver means: the settings' driver, else that of the first hypervisor that is on this computer.
 *
 * @throws {MachineError} `DRIVER_UNSPECIFIED` if there is neither
 */
export async function defaultDriver({ settings, env }: DefaultDriverOptions): Promise<string> {
  if (settings.driver !== undefined) return settings.driver;
  for (const name of LOCAL_DRIVERS) if (await isAvailable(name, env)) return name;
  throw new MachineError(
    "DRIVER_UNSPECIFIED",
    "No driver was named, and neither VirtualBox nor QEMU is on this computer, which are the drivers to begin with.",
    {
      // As the Go program, whose default fails its check where there is no VirtualBox.
      exitCode: 3,
      suggestions: [
        howToInstallQemu(process.platform),
        "VirtualBox: https://www.virtualbox.org/wiki/Downloads",
        "docker-machine create -d NAME_OR_SOURCE MACHINE, for example -d generic or -d github.com/my-org/my-repo",
      ],
    },
  );
}

async function isAvailable(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const module = (await findShipped(name)?.load()) as { readonly default?: unknown } | undefined;
  const definition = module?.default;
  return isDriverDefinition(definition) && (await definition.isAvailable?.(env)) === true;
}

function howToInstallQemu(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "QEMU: brew install qemu";
  if (platform === "win32") return "QEMU: winget install SoftwareFreedomConservancy.QEMU";
  return "QEMU: sudo apt install qemu-system qemu-utils, sudo dnf install qemu-kvm qemu-img, or sudo pacman -S qemu-base";
}
