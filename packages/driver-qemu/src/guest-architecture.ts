import type { Architecture } from "@docker-machine/cloud-image";
import { DriverError } from "@docker-machine/driver-sdk";
import type { QemuOptions } from "./options.js";

const ARCHITECTURES: Readonly<Record<string, Architecture>> = { x64: "amd64", arm64: "arm64" };

/** This computer's architecture; `undefined` if there are no images for it. */
export function hostArchitecture(computer: string = process.arch): Architecture | undefined {
  return ARCHITECTURES[computer];
}

/**
 * The guest's processor architecture: the user's choice, or this computer's.
 *
 * @throws {DriverError} `ARCHITECTURE_UNSUPPORTED`
 */
export function guestArchitecture({ architecture }: Pick<QemuOptions, "architecture">, computer: string = process.arch): Architecture {
  const found = ARCHITECTURES[architecture === "amd64" ? "x64" : (architecture ?? computer)];
  if (found !== undefined) return found;
  throw new DriverError("ARCHITECTURE_UNSUPPORTED", `This computer has the architecture ${computer}, for which there are no images.`, {
    suggestions: ["--qemu-architecture amd64", "--qemu-architecture arm64"],
  });
}
